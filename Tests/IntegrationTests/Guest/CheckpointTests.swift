import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// checkpoint and restore with the CRIU of the guest: what runs goes on where it was.
    @Suite(.needs(.guest), .serialized) struct CheckpointTests {
        /// Counts in a file that the host sees, and says the same number in other ways.
        private static let scripts: [(name: String, script: String)] = [
            ("a counting process", Bundle.counting),
            ("an open file", "exec 3>/tmp/log; i=0; while :; do i=$((i+1)); echo $i >&3; \(Bundle.tellCount); sleep 0.1; done"),
            ("a pipe between two", "(i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done) | while read i; do \(Bundle.tellCount); done"),
        ]

        @Test(arguments: scripts.map(\.name))
        func whatRunsGoesOn(_ name: String) throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts.first { $0.name == name }!.script)
                let before = try bundle.waitForCount(above: 3)
                try bundle.checkpoint()
                #expect(try !bundle.runc("state", bundle.id).succeeded, "the container is gone")
                let stopped = try bundle.count()
                try bundle.restore()
                #expect(try bundle.status() == "running")
                #expect(stopped >= before)
                // The next number, and not the first again.
                let after = try bundle.waitForCount(above: stopped)
                #expect(after <= stopped + 100)
                #expect(try bundle.execOutput("echo inside") == "inside")
                if name == "an open file" {
                    let written = try bundle.read("\(bundle.rootfs)/tmp/log").split(separator: "\n").compactMap { Int($0) }
                    #expect(written.count >= after && written == Array(1...written.count), "\(written)")
                }
            }
        }

        @Test func itIsSavedAgainAndAgain() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                var last = try bundle.waitForCount(above: 1)
                for round in 0..<10 {
                    try bundle.checkpoint(image: "image\(round)")
                    try bundle.restore(image: "image\(round)")
                    last = try bundle.waitForCount(above: last)
                }
            }
        }

        @Test func whatIsLeftRunningRunsOn() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                let pid = try bundle.initPID()
                try bundle.checkpoint("--leave-running")
                #expect(try bundle.initPID() == pid && bundle.status() == "running")
                _ = try bundle.waitForCount(above: bundle.count())
            }
        }

        @Test func whatIsPausedStaysPaused() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                _ = try bundle.waitForCount(above: 1)
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                try bundle.checkpoint("--leave-running")
                #expect(try bundle.status() == "paused")
                #expect(try bundle.runc("resume", bundle.id).succeeded)
                _ = try bundle.waitForCount(above: bundle.count())
            }
        }

        /// Also where it goes afterwards: what comes back is what was saved.
        @Test func whatIsPausedComesBack() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                _ = try bundle.waitForCount(above: 1)
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                let stopped = try bundle.count()
                try bundle.checkpoint()
                #expect(try !bundle.runc("state", bundle.id).succeeded, "the container is gone")
                try bundle.restore()
                #expect(try bundle.status() == "running")
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        /// A process that comes into a restored container is in all of its namespaces, also in that of time, which CRIU has made.
        /// It keeps nobody from saving the container, and ends with it: its parent is outside.
        @Test func whatJoinsARestoredOneIsInItsNamespaces() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                try bundle.restore()
                let namespaces = try bundle.execOutput("for name in /proc/1/ns/* /proc/self/ns/*; do readlink $name; done").split(separator: "\n")
                #expect(namespaces.count > 10 && namespaces.prefix(namespaces.count / 2) == namespaces.suffix(namespaces.count / 2), "\(namespaces)")
                let joined = try bundle.exec(["sh", "-c", "i=0; while :; do i=$((i+1)); echo $i > /tmp/joined; sleep 0.1; done"], options: ["--detach"])
                try #require(joined.succeeded, "\(joined)")
                func count() -> Int { Int(((try? bundle.read("\(bundle.rootfs)/tmp/joined")) ?? "").dropLast()) ?? 0 }
                #expect(eventually { count() > 1 })
                try bundle.checkpoint(image: "second")
                let stopped = count(), last = try bundle.count()
                try bundle.restore(image: "second")
                _ = try bundle.waitForCount(above: last)
                #expect(count() == stopped)
            }
        }

        /// Files of the host on links, below each other, and with mounts of their own; and what the container has mounted on them.
        @Test func mountsComeBack() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource(), tree = "\(bundle.directory)/tree"
                for path in ["\(bundle.rootfs)/real", tree, "\(tree)/sub"] { try bundle.makeDirectory(path) }
                try #require(symlink("real", "\(bundle.rootfs)/link") == 0)
                try PlainCommand.run(["mount", "-t", "tmpfs", "tree", "\(tree)/sub"])
                defer { umount2("\(tree)/sub", Int32(MNT_DETACH)) }
                try bundle.write("content\n", to: "\(tree)/sub/file")
                try bundle.edit {
                    $0.addBind(source, to: "/link/data")
                    $0.addBind(tree, to: "/mnt/tree", ["rbind", "rw"])
                    $0.addBind(source, to: "/mnt/tree/inner")
                    $0.addMount("/mnt/tree/scratch", type: "tmpfs", source: "tmpfs")
                }
                let files = "/real/data/file /mnt/tree/sub/file /mnt/tree/inner/file"
                try bundle.runDetached("echo kept > /mnt/tree/scratch/file; i=0; while :; do i=$((i+1)); cat \(files) /mnt/tree/scratch/file > /tmp/seen; \(Bundle.tellCount); sleep 0.1; done")
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                let stopped = try bundle.count()
                rmdir("\(tree)/inner")
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped + 1)
                // Each round writes it anew.
                #expect(try eventually { try bundle.read("\(bundle.rootfs)/tmp/seen") == "content\ncontent\ncontent\nkept\n" })
            }
        }

        /// A manager waits for a service at the time of the first start only, and of the restore it may be another, or none.
        @Test(arguments: [true, false])
        func aServiceThatHasToldIsNotAskedAgain(_ isAService: Bool) throws {
            try withBundle(.root) { bundle in
                let manager = ["NOTIFY_SOCKET": "\(bundle.directory)/manager"] as [String: String?]
                try bundle.edit { $0.setShell(Bundle.counting) }
                var create = try bundle.runtimeCommand(["create", bundle.id])
                if isAService { create = try bundle.runtimeCommand(["create", bundle.id], environment: manager) }
                try #require(try create.run().succeeded)
                try bundle.start()
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                let stopped = try bundle.count()
                let restored = try bundle.runtimeCommand(
                    ["restore", "--detach", "--image-path", "\(bundle.directory)/image", bundle.id], environment: isAService ? [:] : manager).run()
                #expect(restored.succeeded, "\(restored)")
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        /// Options from /etc/criu/runc.conf, unless an annotation says otherwise; and directories for their owner only.
        @Test func theHostHasOptionsOfItsOwn() throws {
            try withBundle(.root) { bundle in
                mkdir("/etc/criu", 0o755)
                try #require(access("/etc/criu/runc.conf", F_OK) != 0)
                try bundle.write("log-file configured.log\n", to: "/etc/criu/runc.conf")
                defer { unlink("/etc/criu/runc.conf") }
                try bundle.runDetached(Self.scripts[0].script)
                try bundle.checkpoint("--leave-running", "--work-path", "\(bundle.directory)/work")
                let directories = ["image", "work"].map { "\(bundle.directory)/\($0)" }
                #expect(try directories.map { try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int } == [0o700, 0o700])
                #expect(directories.map { access("\($0)/configured.log", F_OK) } == [-1, 0] && access("\(directories[1])/dump.log", F_OK) != 0)
                #expect(access("\(directories[0])/inventory.img", F_OK) == 0 && access("\(directories[1])/inventory.img", F_OK) != 0)
                try bundle.edit { $0["annotations"] = ["org.criu.config": ""] }
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                try bundle.runDetached(Self.scripts[0].script)
                try bundle.checkpoint(image: "second")
                #expect(access("\(bundle.directory)/second/dump.log", F_OK) == 0 && access("\(bundle.directory)/second/configured.log", F_OK) != 0)
                try bundle.restore(image: "second")
            }
        }

        /// Most of the memory is in the first pre-dump; the last dump holds what has changed since.
        @Test func preDumpsMakeTheDumpSmall() throws {
            try withBundle(.root) { bundle in
                // It does not fork while it counts: a child that is dumped before its execve has all of the memory once more.
                try bundle.runDetached("x=$(head -c 8000000 /dev/zero | tr '\\0' a); i=0; while :; do i=$((i+1)); echo $i > /tmp/count; done")
                _ = try bundle.waitForCount(above: 1)
                for round in 0..<3 {
                    try bundle.checkpoint("--pre-dump", image: "pre\(round)", parent: round > 0 ? "../pre\(round - 1)" : nil)
                    #expect(try bundle.status() == "running")
                }
                try bundle.checkpoint(image: "image", parent: "../pre2")
                let sizes = try ["pre0", "pre1", "pre2", "image"].map { try bundle.pageBytes($0) }
                #expect(sizes[0] > 8_000_000 && sizes[1...].allSatisfy { $0 * 4 < sizes[0] }, "\(sizes)")
                let stopped = try bundle.count()
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        @Test(arguments: ["/absolute", "../missing"])
        func aParentThatIsNoneIsRefused(_ parent: String) throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached(Self.scripts[0].script)
                let result = try bundle.runc("checkpoint", "--image-path", "\(bundle.directory)/image", "--parent-path", parent, bundle.id)
                #expect(result.status == 1 && result.stderr.contains("--parent-path \(parent)"), "\(result)")
                #expect(try bundle.status() == "running")
            }
        }

        /// Another id, and a file of the host that another bundle has elsewhere: as long, for CRIU opens again what it caught open.
        @Test func itComesBackElsewhere() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit { $0.addBind(source, to: "/mnt/data") }
                try bundle.runDetached("i=0; while :; do i=$((i+1)); cat /mnt/data/file > /tmp/seen; \(Bundle.tellCount); sleep 0.1; done")
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                let elsewhere = "\(bundle.directory)/elsewhere"
                try bundle.makeDirectory(elsewhere)
                try bundle.write("another\n", to: "\(elsewhere)/file")
                try bundle.edit { $0.removeMount("/mnt/data"); $0.addBind(elsewhere, to: "/mnt/data") }
                let id = bundle.anotherID()
                try bundle.restore(id: id)
                #expect(try eventually { try bundle.read("\(bundle.rootfs)/tmp/seen") == "another\n" })
                #expect(try bundle.runc("state", id).stdout.contains("running"))
            }
        }

        @Test func hooksRunBetween() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["hooks"] = ["createRuntime": [["path": "/bin/sh", "args": ["sh", "-c", "cat >> \(bundle.directory)/hook"]]]]
                }
                try bundle.runDetached(Self.scripts[0].script)
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                try bundle.restore()
                #expect(try bundle.read("\(bundle.directory)/hook").split(separator: "}").count { $0.contains("\"creating\"") } == 2)
            }
        }
    }
}
