import Foundation
import Testing

extension IntegrationTests {
    /// What a caller leaves to the runtime: signals that it ignores, descriptors that it has closed, its environment.
    @Suite struct CallerTests {
        private static let ignoringChildren = ["env", "--ignore-signal=CHLD"]

        /// Children of a process that ignores SIGCHLD are never waited for.
        @Test(arguments: Identity.allCases)
        func mayIgnoreTheEndOfItsChildren(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let ignored = try bundle.command(Self.ignoringChildren + ["grep", "SigIgn", "/proc/self/status"]).run()
                // Our own caller may ignore others.
                #expect(try SignalMask("SigIgn", in: ignored.stdout).contains(SIGCHLD), "or this shows nothing")
                let hook = ["path": "/bin/true"] as JSONValue
                try bundle.edit { for kind in ["prestart", "createContainer", "poststart", "poststop"] { $0.append(hook, to: "hooks.\(kind)") } }

                func result(_ arguments: [String]) throws -> CommandResult {
                    try bundle.runtimeCommand(arguments, through: Self.ignoringChildren).start().wait(limitSeconds: 30)
                }
                try bundle.edit { $0.setShell("grep SigIgn /proc/self/status; exit 3") }
                let run = try result(["run", bundle.id])
                #expect(run.status == 3 && run.stderr.isEmpty, "\(run)")
                #expect(run.text == "SigIgn:\t0000000000000000", "the container's process has the default")

                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let detached = try result(["run", "--detach", bundle.id])
                #expect(detached.succeeded && detached.stderr.isEmpty, "\(detached)")
                let exec = try result(["exec", bundle.id, "sh", "-c", "grep SigIgn /proc/self/status; exit 4"])
                #expect(exec.status == 4 && exec.text == "SigIgn:\t0000000000000000", "\(exec)")
                let deleted = try result(["delete", "--force", bundle.id])
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }

        @Test(.needs(.tool("ps"))) func mayIgnoreTheEndOfPs() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let ps = try bundle.runtimeCommand(["ps", bundle.id], through: Self.ignoringChildren).run()
                #expect(ps.succeeded && ps.lines.count > 1, "\(ps)")
            }
        }

        /// Whose end was not learnt may be gone, and its number be another's.
        @Test(.needs(.tool("strace")), arguments: [Identity.root])
        func aHookThatIsNobodysChildIsNotKilled(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.append(["path": "/bin/true"], to: "hooks.prestart") }
                let trace = "\(bundle.directory)/trace"
                let result = try bundle.runtimeCommand(
                    ["run", bundle.id],
                    through: ["strace", "--output=\(trace)", "--trace=waitid,kill", "--inject=waitid:error=ECHILD:when=1", "--signal=none"]
                ).run()
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("prestart"), "\(result)")
                let calls = try bundle.read(trace)
                #expect(calls.contains("ECHILD (No child processes) (INJECTED)"), "\(calls)")
                #expect(!calls.contains("kill("), "\(calls)")
            }
        }

        /// The Swift runtime would, and root's protected executable has no directory but the current one.
        @Test(arguments: Identity.allCases)
        func handlesNoFaultByAProgramOfTheCallersChoice(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let program = "\(bundle.directory)/bin/swift-backtrace"
                try bundle.makeDirectory("\(bundle.directory)/bin")
                try bundle.write("#!/bin/sh\n", to: program, mode: 0o755)
                try bundle.edit {
                    $0.setShell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done")
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", "echo $SWIFT_BACKTRACE > \(bundle.directory)/seen"]], to: "hooks.prestart")
                }
                let asked = "enable=yes,swift-backtrace=\(program)"
                for through in [["env"], ["env", "SWIFT_BACKTRACE=\(asked)"]] {
                    let running = try bundle.runtimeCommand(["run", bundle.id], through: through).start()
                    #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                    let caught = try SignalMask("SigCgt", in: bundle.read("/proc/\(running.pid)/status"))
                    #expect(![SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGQUIT].contains(where: caught.contains))
                    running.signal(SIGTERM)
                    #expect(try running.wait().succeeded)
                    #expect(try bundle.read("\(bundle.directory)/seen").contains(asked) == (through.count > 1), "hooks have it still")
                }
            }
        }

        /// A write that fails ends nothing half way, and of a log nothing at all.
        @Test(arguments: [Identity.root, .oneID])
        func mayLimitTheSizeOfFiles(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let limited = ["prlimit", "--fsize=512", "--"]
                let refused = try bundle.runtimeCommand(["create", bundle.id], through: limited).run()
                #expect(refused.status == 1 && refused.stderr.contains("file too large"), "\(refused)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: bundle.stateRoot).isEmpty)
                #expect(try Leftovers(of: bundle).afterAWhile() == [])
                let log = "\(bundle.directory)/log"
                try bundle.write(String(repeating: "a line\n", count: 1024), to: log, mode: 0o666)
                let missing = try bundle.runtimeCommand(["state", bundle.id], through: limited, global: ["--log", log]).run()
                #expect(missing.status == 1 && missing.stderr.contains("does not exist"), "\(missing)")
            }
        }

        /// As those do who read from an event loop: an answer is whole, however slow its reader.
        @Test(arguments: [UnreadOutput.Kind.nonBlockingPipe, .nonBlockingSocket])
        func mayHaveAStandardOutputThatDoesNotBlock(_ kind: UnreadOutput.Kind) throws {
            try withBundle(.root) { bundle in
                let long = String(repeating: "x", count: 100_000)
                try bundle.edit { $0["annotations"] = .object(["org.example.long": .string(long)]) }
                try bundle.create()
                let output = try UnreadOutput(kind)
                var command = try bundle.runtimeCommand(["state", bundle.id])
                command.output = output.writeEnd
                let running = try command.start()
                #expect(try running.fallsAsleep(), "\(running.stderr)")
                #expect(try output.readAll(of: running).succeeded, "\(running.stderr)")
                #expect(try JSONValue(parsing: output.text())["annotations"]?.object?["org.example.long"]?.string == long)
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func mayCloseTheReadingEndOfItsLog(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.append(["path": "/bin/false"], to: "hooks.poststop")
                    $0.setArguments(["true"])
                }
                // Read and write: it opens without a reader, and closes with the shell that has it.
                let fifo = "\(bundle.directory)/fifo"
                #expect(try mkfifo(fifo, 0o600) == 0 && chown(fifo, identity.hostUID, identity.hostGID) == 0)
                let script = "exec 9<>\(fifo); exec 8>\(fifo) 9>&-; exec \"$@\" 2>&8"
                let run = try bundle.runtimeCommand(["run", bundle.id], through: ["sh", "-c", script, "sh"]).run()
                #expect(run.status == 0, "\(run)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: bundle.stateRoot).isEmpty)
            }
        }

        /// The files that the runtime opens would have their numbers, and be the container's.
        @Test(arguments: [Identity.root, .subordinateRanges, .rootInUserNamespace], ["<&- >&- 2>&-", "<&-", ">&-", "2>&-"])
        func mayHaveClosedStandardDescriptors(_ identity: Identity, _ closed: String) throws {
            try withBundle(identity) { bundle in
                let closing = ["sh", "-c", "exec \"$@\" \(closed)", "sh"]
                func run(_ arguments: [String]) throws {
                    let result = try bundle.runtimeCommand(arguments, through: closing).run()
                    #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                }
                func owners() throws -> String { try PlainCommand.run(["find", bundle.rootfs, "-printf", "%p %U:%G\\n"]) }
                let before = try owners()
                try bundle.edit {
                    $0["process.user"] = ["uid": 1000, "gid": 1000]
                    $0.setShell("trap 'exit 0' TERM; while :; do sleep 0.05; done")
                }
                try run(["create", bundle.id])
                #expect(try owners() == before)
                let state = try PlainCommand.run(["find", bundle.stateRoot, "(", "-not", "-uid", "\(identity.hostUID)", "-o", "-not", "-gid", "\(identity.hostGID)", ")"])
                #expect(state.isEmpty, "given away: \(state)")
                let pid = try bundle.initPID()
                for (descriptor, sign) in ["<&-", ">&-", "2>&-"].enumerated() where closed.split(separator: " ").contains(Substring(sign)) {
                    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(descriptor)") == "/dev/null")
                }
                try run(["start", bundle.id])
                try bundle.waitForHandler(of: SIGTERM)
                try run(["exec", "--user", "1000:1000", bundle.id, "sh", "-c", "for fd in 0 1 2; do test -e /proc/self/fd/$fd || exit; done"])
                #expect(try owners() == before)
                try run(["kill", bundle.id, "TERM"])
                #expect(try bundle.waitForStatus("stopped"))
                try run(["delete", bundle.id])
            }
        }

        private enum Null: CaseIterable { case missing, file, zeroes }

        @Test(arguments: Null.allCases) private func nothingIsOpenedInPlaceOfTheNullDevice(_ null: Null) throws {
            try withBundle(.root) { bundle in
                let root = "\(bundle.directory)/empty"
                for path in [root, "\(root)/proc", "\(root)/dev"] { try bundle.makeDirectory(path) }
                try PlainCommand.run(["cp", try RuntimeUnderTest.path, "\(root)/runc"])
                switch null {
                case .missing: break
                case .file: try bundle.write("", to: "\(root)/dev/null")
                case .zeroes: try PlainCommand.run(["mknod", "\(root)/dev/null", "c", "1", "5"])
                }
                let chroot = try bundle.command(["chroot", root, "/runc", "--version"])
                var closed = chroot
                closed.arguments = ["sh", "-c", "exec \"$@\" <&-", "sh"] + chroot.arguments
                let refused = try closed.inPrivateMounts("mount -t proc proc \(root)/proc").run()
                #expect(refused.status == 1 && refused.text.isEmpty && refused.stderr.contains("/dev/null"), "\(refused)")
                if null == .file {
                    closed.arguments[2] = "exec \"$@\" 2>&-"
                    #expect(try closed.inPrivateMounts("mount -t proc proc \(root)/proc").run().status == 1)
                    #expect(try bundle.read("\(root)/dev/null").isEmpty, "it is not written to either")
                }
                let result = try chroot.inPrivateMounts("mount -t proc proc \(root)/proc").run()
                #expect(result.succeeded, "\(result)")
            }
        }
    }
}
