import Foundation
import Testing

extension IntegrationTests {
    /// containerd's shim with this runtime beneath it.
    @Suite(.needs(.tool("containerd"), .tool("ctr"), .tool("podman"))) struct ContainerdTests {
        /// A containerd of its own, with an image.
        private final class Engine {
            let bundle: Bundle
            private let daemon: RunningCommand
            private let state: String
            /// containerd's shim has files of its own where no option moves them.
            private let shimsWereThere = FileManager.default.fileExists(atPath: "/run/containerd")

            init(_ bundle: Bundle) throws {
                self.bundle = bundle
                state = "\(bundle.directory)/c"
                try bundle.makeDirectory(state)
                try bundle.write(
                    """
                    version = 2
                    root = "\(state)/root"
                    state = "\(state)/state"
                    disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
                    [grpc]
                      address = "\(state)/sock"
                    """, to: "\(state)/config.toml")
                daemon = try bundle.command(["containerd", "--config", "\(state)/config.toml"]).start()
                let up = try eventually { try daemon.isRunning() && ctr(["version"]).succeeded }
                try #require(up, "\(daemon.stderr)")
                // An image in the form that is imported, made by Podman from the root file system.
                let podman = ["podman", "--root=\(state)/podman", "--runroot=\(state)/run", "--tmpdir=\(state)/t", "--storage-driver=vfs", "--events-backend=file", "--cgroup-manager=cgroupfs"]
                try PlainCommand.run(["tar", "--create", "--file=\(state)/image.tar", "--directory=\(bundle.rootfs)", "."])
                for arguments in [podman + ["import", "\(state)/image.tar", "localhost/image:latest"], podman + ["save", "--format=oci-archive", "--output=\(state)/oci.tar", "localhost/image:latest"]] {
                    let result = try bundle.command(arguments).run()
                    try #require(result.succeeded, "\(result)")
                }
                let imported = try ctr(["images", "import", "--snapshotter=native", "\(state)/oci.tar"])
                try #require(imported.succeeded, "\(imported)")
            }

            /// Its namespace names the cgroups.
            func ctr(_ arguments: [String]) throws -> CommandResult {
                try bundle.command(["ctr", "--address=\(state)/sock", "--namespace=\(bundle.id)"] + arguments).run()
            }

            func run(_ options: [String], _ name: String, _ command: [String]) throws -> CommandResult {
                try ctr(["run", "--runc-binary=\(RuntimeUnderTest.path)", "--snapshotter=native"] + options + ["localhost/image:latest", name] + command)
            }

            func shutDown() throws {
                for name in try ctr(["tasks", "list", "--quiet"]).lines {
                    _ = try ctr(["tasks", "kill", "--signal=KILL", name])
                    _ = try eventually { try ctr(["tasks", "delete", "--force", name]).succeeded || ctr(["tasks", "list", "--quiet"]).lines.isEmpty }
                }
                for name in try ctr(["containers", "list", "--quiet"]).lines { _ = try ctr(["containers", "delete", name]) }
                daemon.signal(SIGTERM)
                _ = try daemon.wait()
                for mount in MountInfo.parse(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)).reversed()
                where mount.mountPoint.hasPrefix("\(bundle.directory)/") { umount2(mount.mountPoint, Int32(MNT_DETACH)) }
                try CgroupTree.remove(named: bundle.id)
                try PlainCommand.run(["rm", "-rf", "/run/containerd/runc/\(bundle.id)"])
                if !shimsWereThere { try PlainCommand.run(["find", "/run/containerd", "-depth", "-type", "d", "-empty", "-delete"]) }
            }
        }

        private func withContainerd(_ body: (Engine) throws -> Void) throws {
            try withBundle(.root) { bundle in
                let engine = try Engine(bundle)
                do {
                    try body(engine)
                } catch {
                    try engine.shutDown()
                    throw error
                }
                try engine.shutDown()
            }
        }

        @Test func runsInTheForeground() throws {
            try withContainerd { engine in
                let result = try engine.run(["--rm"], "foreground", ["sh", "-c", "id -u; hostname; exit 7"])
                #expect(result.status == 7 && result.lines.first == "0", "\(result)")
                let environment = try engine.run(["--rm", "--env=A=b", "--cwd=/tmp"], "environment", ["sh", "-c", "echo $A; pwd"])
                #expect(environment.text == "b\n/tmp", "\(environment)")
            }
        }

        /// The texts of which Docker and nerdctl make 127 and 126.
        @Test func tellsWhatIsMissingFromWhatCannotBeExecuted() throws {
            try withContainerd { engine in
                let missing = try engine.run(["--rm"], "missing", ["no-such-command"])
                #expect(missing.status != 0 && missing.stderr.contains("executable file not found in $PATH"), "\(missing)")
                let absent = try engine.run(["--rm"], "absent", ["/no/such/file"])
                #expect(absent.status != 0 && absent.stderr.contains("no such file or directory"), "\(absent)")
                let refused = try engine.run(["--rm"], "refused", ["/etc/not-executable"])
                #expect(refused.status != 0 && refused.stderr.contains("permission denied"), "\(refused)")
            }
        }

        @Test func runsInTheBackground() throws {
            try withContainerd { engine in
                let started = try engine.run(["--detach"], "background", ["sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done"])
                try #require(started.succeeded, "\(started)")
                let executed = try engine.ctr(["tasks", "exec", "--exec-id=one", "background", "sh", "-c", "echo inside; exit 5"])
                #expect(executed.text == "inside" && executed.status == 5, "\(executed)")
                let missing = try engine.ctr(["tasks", "exec", "--exec-id=two", "background", "no-such-command"])
                #expect(missing.status != 0 && missing.stderr.contains("executable file not found in $PATH"), "\(missing)")
                #expect(try engine.ctr(["tasks", "list"]).stdout.contains("RUNNING"))
                let killed = try engine.ctr(["tasks", "kill", "--signal=TERM", "background"])
                #expect(killed.succeeded, "\(killed)")
                #expect(try eventually { try engine.ctr(["tasks", "list"]).stdout.contains("STOPPED") })
                let deleted = try engine.ctr(["tasks", "delete", "background"])
                #expect(deleted.status == 9 || deleted.stderr.contains("code 9") || deleted.stderr.contains("137") == false, "\(deleted)")
            }
        }

        @Test func givesATerminal() throws {
            try withContainerd { engine in
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                var command = try engine.bundle.command([
                    "ctr", "--address=\(engine.bundle.directory)/c/sock", "--namespace=\(engine.bundle.id)", "run", "--rm", "--tty",
                    "--runc-binary=\(RuntimeUnderTest.path)", "--snapshotter=native", "localhost/image:latest", "terminal", "sh", "-c", "tty; stty size; exit 4",
                ])
                command.input = .descriptor(terminal.slave)
                command.output = terminal.slave
                command.controlsTerminal = true
                let running = try command.start()
                #expect(terminal.shows("/dev/pts/0"), "\(terminal.output()) \(running.stderr)")
                #expect(try running.wait().status == 4)
            }
        }
    }
}
