import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// checkpoint and restore with the CRIU of the guest: what runs goes on where it was.
    @Suite(.needs(.guest), .serialized) struct CheckpointTests {
        /// Counts in a file that the host sees, and says the same number in other ways.
        private static let scripts: [(name: String, script: String)] = [
            ("a counting process", "i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.1; done"),
            ("an open file", "exec 3>/tmp/log; i=0; while :; do i=$((i+1)); echo $i >&3; echo $i > /tmp/count; sleep 0.1; done"),
            ("a pipe between two", "(i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done) | while read i; do echo $i > /tmp/count; done"),
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
                #expect(try bundle.waitForCount(above: stopped) <= stopped + 100)
                #expect(try bundle.execOutput("echo inside") == "inside")
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

        /// Another id, and a file of the host that another bundle has elsewhere.
        @Test func itComesBackElsewhere() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit { $0.addBind(source, to: "/mnt/data") }
                try bundle.runDetached("i=0; while :; do i=$((i+1)); cat /mnt/data/file > /tmp/seen; echo $i > /tmp/count; sleep 0.1; done")
                _ = try bundle.waitForCount(above: 1)
                try bundle.checkpoint()
                let elsewhere = "\(bundle.directory)/elsewhere"
                try bundle.makeDirectory(elsewhere)
                try bundle.write("other\n", to: "\(elsewhere)/file")
                try bundle.edit { $0.removeMount("/mnt/data"); $0.addBind(elsewhere, to: "/mnt/data") }
                let id = bundle.anotherID()
                try bundle.restore(id: id)
                #expect(try eventually { try bundle.read("\(bundle.rootfs)/tmp/seen") == "other\n" })
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
