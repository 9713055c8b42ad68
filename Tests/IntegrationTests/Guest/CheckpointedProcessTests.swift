import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// What processes have between them is there after a restore, and a restored container is one like any other.
    @Suite(.needs(.guest), .serialized) struct CheckpointedProcessTests {
        /// A TCP connection, a UNIX socket and a pseudo terminal inside of the container, several threads; and then every
        /// command on what was restored.
        @Test func connectionsAndThreadsGoOn() throws {
            try withBundle(.root) { bundle in
                try bundle.setWorkload("talk")
                try bundle.startDetached()
                let before = try bundle.requireProgress(above: 2)
                // Not without being asked for it: and then nothing has happened.
                let refused = try bundle.runc("checkpoint", "--image-path", "\(bundle.directory)/refused", bundle.id)
                #expect(refused.status == 1 && refused.stderr.contains("tcp"), "\(refused)")
                try bundle.requireProgress(above: before)

                try bundle.checkpoint("--tcp-established")
                let stopped = try bundle.count()
                try bundle.restore("--tcp-established")
                #expect(try bundle.requireProgress(above: stopped) <= stopped + 100)

                #expect(try bundle.runc("events", "--stats", bundle.id).stdout.contains("\"type\":\"stats\""))
                #expect(try bundle.runc("pause", bundle.id).succeeded && bundle.status() == "paused")
                #expect(try bundle.runc("resume", bundle.id).succeeded && bundle.status() == "running")
                try bundle.checkpoint("--tcp-established", image: "second")
                let stoppedAgain = try bundle.count()
                try bundle.restore("--tcp-established", image: "second")
                try bundle.requireProgress(above: stoppedAgain)
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("delete", bundle.id).succeeded)
            }
        }

        /// The container's own terminal, whose other side is the runtime's to have: in the foreground, and over a socket.
        @Test func theConsoleComesBack() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("i=0; while read line; do i=$((i+1)); echo $line is $i; test $line != end || exit 7; done")
                }
                let first = try DescriptorSocket(bundle, "first.sock")
                let started = try bundle.runtimeCommand(["run", "--detach", "--console-socket", first.path, bundle.id]).run()
                try #require(started.succeeded, "\(started)")
                var terminal = PseudoTerminal(master: try first.receive().descriptor)
                terminal.type("one\n")
                try #require(terminal.shows("one is 1"), "\(terminal.output())")
                try bundle.checkpoint()

                let second = try DescriptorSocket(bundle, "second.sock")
                try bundle.restore("--console-socket", second.path)
                terminal = PseudoTerminal(master: try second.receive().descriptor)
                terminal.type("two\n")
                try #require(terminal.shows("two is 2"), "\(terminal.output())")
                try bundle.checkpoint(image: "second")

                terminal = try PseudoTerminal(columns: 80, rows: 24)
                var command = try bundle.runtimeCommand(["restore", "--image-path", "\(bundle.directory)/second", bundle.id])
                command.input = .descriptor(terminal.slave)
                command.output = terminal.slave
                command.errorOutput = terminal.slave
                command.controlsTerminal = true
                let running = try command.start()
                guard try bundle.waitForRestored(by: running) else { throw HarnessError("\(try running.wait()): \(terminal.output())") }
                terminal.type("three\n")
                try #require(terminal.shows("three is 3"), "\(terminal.output())")
                terminal.type("end\n")
                #expect(try running.wait().status == 7)
                #expect(try !bundle.runc("state", bundle.id).succeeded, "the container is gone")
            }
        }

        /// Ids of a range, in a user namespace of the container's own, made by the host's root.
        @Test func aUserNamespaceIsSavedToo() throws {
            try withBundle(.root) { bundle in
                let range = try #require(try TestHost.shared.user.subUIDs.first), groups = try #require(try TestHost.shared.user.subGIDs.first)
                try bundle.edit {
                    $0.setNamespace("user")
                    $0.addMapping("uidMappings", containerID: 0, hostID: range.first, size: 1000)
                    $0.addMapping("gidMappings", containerID: 0, hostID: groups.first, size: 1000)
                    $0.setShell(Bundle.counting)
                }
                try PlainCommand.run(["chown", "-R", "-h", "\(range.first):\(groups.first)", bundle.rootfs])
                let others = "\(bundle.directory)/others"
                try bundle.makeDirectory(others, mode: 0o750)
                // Files outside of the container would have to be opened anew by who may not: root's, here.
                let null = open("/dev/null", O_RDWR | O_CLOEXEC)
                defer { close(null) }
                for arguments in [["run"], ["restore", "--image-path", "\(bundle.directory)/image"]] {
                    let before = (try? bundle.count()) ?? 0
                    var command = try bundle.runtimeCommand(arguments + ["--detach", bundle.id])
                    (command.output, command.errorOutput) = (null, null)
                    #expect(try command.run().succeeded)
                    #expect(try bundle.requireProgress(above: before + 1) <= before + 100)
                    guard arguments == ["run"] else { continue }
                    // A directory that is open to some group stays so.
                    let refused = try bundle.runc("checkpoint", "--image-path", others, bundle.id)
                    #expect(refused.status == 1 && refused.stderr.contains("letting group \(groups.first) through"), "\(refused)")
                    #expect(try FileManager.default.attributesOfItem(atPath: others)[.posixPermissions] as? Int == 0o750)
                    // As engines make it before.
                    try bundle.makeDirectory("\(bundle.directory)/image", mode: 0o700)
                    try bundle.checkpoint()
                }
                let status = try bundle.read("/proc/\(bundle.initPID())/status")
                #expect(status.contains("Uid:\t\(range.first)\t"), "\(status)")
                #expect(try bundle.execOutput("id -u; cat /proc/self/uid_map | tr -s ' '") == "0\n 0 \(range.first) 1000")
            }
        }

        /// Cgroups by mode; and a file of CRIU's options that the annotation names.
        @Test(arguments: ["soft", "full", "ignore"])
        func cgroupsComeBackByMode(_ mode: String) throws {
            try withBundle(.root) { bundle in
                let options = "\(bundle.directory)/criu.conf"
                try bundle.write("log-file configured.log\n", to: options)
                try bundle.edit {
                    $0["annotations"] = ["org.criu.config": .string(options)]
                    $0.setShell(Bundle.counting)
                }
                try bundle.startDetached()
                try bundle.requireProgress(above: 1)
                try bundle.checkpoint("--manage-cgroups-mode", mode)
                let stopped = try bundle.count()
                try bundle.restore("--manage-cgroups-mode", mode)
                try bundle.requireProgress(above: stopped)
                #expect(access("\(bundle.directory)/image/configured.log", F_OK) == 0, "CRIU has read the file")
                // In the container's own cgroup, whatever the mode: the runtime's commands find it.
                #expect(try bundle.runc("ps", bundle.id).stdout.contains("sh"))
            }
        }

        /// That mode wants cgroups that are not there yet, and the runtime makes them first, to put CRIU into: CRIU says so.
        @Test func strictCgroupsAreRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                try bundle.checkpoint("--manage-cgroups-mode", "strict")
                let result = try bundle.runc("restore", "--detach", "--manage-cgroups-mode", "strict", "--image-path", "\(bundle.directory)/image", bundle.id)
                #expect(result.status == 1 && result.stderr.contains("Abort restore of existing cgroups"), "\(result)")
                try bundle.restore()
            }
        }

        /// Namespaces that were joined by path are joined again: they are not in the image.
        @Test func joinedNamespacesAreJoinedAgain() throws {
            try withBundle(.root) { bundle in
                let holder = try Command(arguments: ["unshare", "--net", "--uts", "--ipc", "sleep", "1000"], environment: bundle.identity.environment(mark: bundle.id)).start()
                defer { holder.signal(SIGKILL) }
                let kinds = ["network": "net", "uts": "uts", "ipc": "ipc"]
                #expect(try eventually { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder.pid)/ns/net")
                    != FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net") && bundle.read("/proc/\(holder.pid)/comm") == "sleep\n" })
                try bundle.edit {
                    for (type, name) in kinds { $0.setNamespace(type, path: "/proc/\(holder.pid)/ns/\(name)") }
                    $0["hostname"] = nil
                    $0.setShell(Bundle.counting)
                }
                try bundle.startDetached()
                try bundle.requireProgress(above: 1)
                // Also where it is asked to be emptied: it is not in the image.
                try bundle.checkpoint("--empty-ns", "network")
                let stopped = try bundle.count()
                try bundle.restore("--empty-ns", "network")
                try bundle.requireProgress(above: stopped)
                let pid = try bundle.initPID()
                for name in kinds.values {
                    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(name)")
                        == FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder.pid)/ns/\(name)"), "\(name)")
                }
            }
        }
    }
}

extension Bundle {
    /// False too where the command has ended before.
    fileprivate func waitForRestored(by running: RunningCommand) throws -> Bool {
        var isRestored = false
        return try eventually(withinSeconds: 60) {
            let result = try runc("state", id)
            isRestored = try result.succeeded && JSONValue(parsing: result.stdout)["status"]?.string == "running"
            return try isRestored || !running.isRunning()
        } && isRestored
    }
}
