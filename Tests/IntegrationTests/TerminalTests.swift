import Foundation
import Testing

extension IntegrationTests {
    @Suite struct TerminalTests {
        /// The runtime with a terminal as its standard streams and as its controlling terminal.
        private func onTerminal(_ terminal: PseudoTerminal, _ bundle: Bundle, _ arguments: [String]) throws -> RunningCommand {
            var command = try bundle.runtimeCommand(arguments)
            command.input = .descriptor(terminal.slave)
            command.output = terminal.slave
            command.errorOutput = terminal.slave
            command.controlsTerminal = true
            return try command.start()
        }

        @Test(arguments: Identity.allCases)
        func runHasOneThatIsRawAndFollowsItsSize(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell(
                        "tty; test -t 0 && test -t 1 && test -t 2 && echo all; stat -c %F /dev/console; stty size; while [ \"$(stty size)\" != '33 99' ]; do sleep 0.02; done; echo resized; read line; echo got $line; exit 5")
                }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                #expect(!terminal.isRaw)
                let running = try onTerminal(terminal, bundle, ["run", bundle.id])
                #expect(terminal.shows("24 80\n"), "\(terminal.output())")
                #expect(terminal.output().contains("/dev/pts/0\nall\ncharacter special file\n"), "\(terminal.output())")
                #expect(terminal.isRaw)
                terminal.resize(columns: 99, rows: 33)
                #expect(terminal.shows("resized"), "\(terminal.output())")
                terminal.type("hello\n")
                #expect(terminal.shows("got hello"), "\(terminal.output())")
                #expect(try running.wait().status == 5)
                #expect(!terminal.isRaw, "restored")
            }
        }

        /// The configured size, where there is one, is what the process sees first.
        @Test func runHasTheConfiguredSize() throws {
            try withBundle(.root) { bundle in
                let socket = try DescriptorSocket(bundle, "console.sock")
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0["process.consoleSize"] = ["width": 70, "height": 17]
                    $0.setShell("stty size; sleep 1000")
                }
                try bundle.create(options: ["--console-socket", socket.path])
                let terminal = PseudoTerminal(master: try socket.receive().descriptor)
                try bundle.start()
                #expect(terminal.shows("17 70\n"), "\(terminal.output())")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func theInterruptKeyReachesTheProcess(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.02; done")
                }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                let running = try onTerminal(terminal, bundle, ["run", bundle.id])
                #expect(terminal.shows("ready"), "\(terminal.output())")
                terminal.type("\u{3}")
                #expect(terminal.shows("interrupted"), "\(terminal.output())")
                #expect(try running.wait().status == 9)
                #expect(!terminal.isRaw)
            }
        }

        @Test func theTerminalIsRestoredWhereTheRuntimeIsTerminated() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done")
                }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                let running = try onTerminal(terminal, bundle, ["run", bundle.id])
                #expect(terminal.shows("ready") && terminal.isRaw)
                running.signal(SIGTERM)
                #expect(try running.wait().status == 3)
                #expect(!terminal.isRaw)
            }
        }

        @Test func aLotOfOutputArrivesWhole() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("seq 1 20000; echo the end")
                }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                let running = try onTerminal(terminal, bundle, ["run", bundle.id])
                #expect(terminal.shows("the end\n"))
                #expect(try running.wait().succeeded)
                let numbers = terminal.output().split(separator: "\n").compactMap { Int($0) }
                #expect(numbers == Array(1...20000))
            }
        }

        /// How it ends that does not read what is typed: by a signal that is passed on, or by itself.
        @Test(arguments: [Identity.root, .oneID], [true, false])
        func inputThatIsNotReadKeepsNobody(_ identity: Identity, endsBySignal: Bool) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("trap 'exit 3' TERM; stty raw -echo; echo ready; until [ -e /out/end ]; do sleep 0.02; done; exit 5")
                }
                let input = try FilledPipe(bytes: 500_000)
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.input = .descriptor(input.readEnd)
                let running = try command.start()
                #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                try input.fill()
                var before = input.left
                // More than a terminal takes: it has been read, and what follows has not.
                #expect(eventually { defer { before = input.left }; return before < input.bytes && before == input.left })
                #expect(input.left > 0)
                if endsBySignal { running.signal(SIGTERM) } else { try bundle.write("", to: "\(out)/end") }
                #expect(try running.wait(limitSeconds: 30).status == (endsBySignal ? 3 : 5))
            }
        }

        /// A signal reaches the process meanwhile; and the runtime, once there is no process any more.
        @Test(arguments: [Identity.root, .oneID], UnreadOutput.Kind.allCases)
        func outputThatIsNotReadKeepsNoSignal(_ identity: Identity, _ kind: UnreadOutput.Kind) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory(), output = try UnreadOutput(kind), blocks = output.blocks
                // Another's cannot be opened again: there a write(2) may wait.
                if kind == .terminal && identity == .oneID { try #require(fchown(output.writeEnd, TestHost.shared.user.uid, gid_t.max) == 0) }
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("trap 'touch /out/told; exit 3' TERM; seq 1 1000000 & touch /out/ready; wait")
                }
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.output = output.writeEnd
                let running = try command.start()
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") }, "\(running.stderr)")
                #expect(try running.fallsAsleep())
                running.signal(SIGTERM)
                #expect(eventually(withinSeconds: 10) { FileManager.default.fileExists(atPath: "\(out)/told") })
                #expect(try running.fallsAsleep())
                running.signal(SIGTERM)
                #expect(try running.wait(limitSeconds: 10).status == 3)
                #expect(output.blocks == blocks, "for others who have it")
            }
        }

        /// What has been printed before the end arrives when somebody reads it, for which nobody turns in circles; or who asks for
        /// the end has it.
        @Test(arguments: UnreadOutput.Kind.allCases, [nil, SIGTERM, SIGINT, SIGHUP, SIGQUIT])
        func outputThatIsNotReadAtTheEndIsWaitedFor(_ kind: UnreadOutput.Kind, givenUpAt signal: Int32?) throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let output = try UnreadOutput(kind)
                var command = try bundle.runtimeCommand([
                    "exec", "-t", bundle.id, "sh", "-c", "seq \(output.numbers.lowerBound) \(output.numbers.upperBound); exit 4",
                ])
                command.output = output.writeEnd
                let running = try command.start()
                let children = "/proc/\(running.pid)/task/\(running.pid)/children"
                #expect(try running.fallsAsleep())
                #expect(try eventually { try bundle.read(children).isEmpty })
                #expect(try running.fallsAsleep())
                if let signal {
                    running.signal(signal)
                    #expect(try running.wait(limitSeconds: 10).status == 4)
                } else {
                    #expect(try output.readAll(of: running).status == 4)
                    #expect(output.text().split(separator: "\n").compactMap { Int($0) } == Array(output.numbers))
                }
            }
        }

        /// It is read slower than it is typed.
        @Test(arguments: [Identity.root, .oneID])
        func aLotOfInputArrivesWhole(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                let input = try FilledPipe(bytes: 500_000)
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("stty raw -echo; echo ready; until [ -e /out/begin ]; do sleep 0.02; done; head -c \(input.bytes) > /out/input")
                }
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.input = .descriptor(input.readEnd)
                let running = try command.start()
                #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                try input.fill()
                #expect(eventually { input.left < input.bytes })
                try bundle.write("", to: "\(out)/begin")
                #expect(try running.wait(limitSeconds: 60).succeeded)
                #expect(try bundle.read("\(out)/input") == input.text)
            }
        }

        @Test(arguments: Identity.allCases)
        func theConsoleSocketReceivesTheMaster(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let socket = try DescriptorSocket(bundle, "console.sock")
                try bundle.edit {
                    $0["process.terminal"] = true
                    $0.setShell("tty; read line; echo got $line; sleep 1000")
                }
                try bundle.create(options: ["--console-socket", socket.path])
                let (master, name) = try socket.receive()
                #expect(name.contains("/"), "the message names the terminal: \(name)")
                #expect(fcntl(master, F_GETFL) & O_NONBLOCK == 0, "an engine that asks for nothing gets one that blocks")
                let terminal = PseudoTerminal(master: master)
                try bundle.start()
                terminal.type("hello\n")
                #expect(terminal.shows("got hello"), "\(terminal.output())")
                #expect(terminal.output().contains("/dev/pts/0"))
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func aDetachedRunSendsItsTerminal(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let socket = try DescriptorSocket(bundle, "console.sock")
                try bundle.edit { $0["process.terminal"] = true }
                try bundle.runDetached("echo hello; sleep 1000", options: ["--console-socket", socket.path])
                #expect(try PseudoTerminal(master: socket.receive().descriptor).shows("hello"))
            }
        }

        @Test(arguments: Identity.allCases)
        func execHasOneWhereAskedFor(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let terminal = try PseudoTerminal(columns: 81, rows: 25)
                let running = try onTerminal(terminal, bundle, ["exec", "-t", bundle.id, "sh", "-c", "tty; stty size; read line; echo got $line; exit 6"])
                #expect(terminal.shows("25 81\n"), "\(terminal.output())")
                #expect(terminal.isRaw)
                terminal.type("hello\n")
                #expect(terminal.shows("got hello"))
                #expect(try running.wait().status == 6)
                #expect(terminal.output().hasPrefix("/dev/pts/0\n"), "\(terminal.output())")
                #expect(!terminal.isRaw)
            }
        }

        /// Also by its names: it is the user's.
        @Test(arguments: [Identity.root, .subordinateRanges])
        func isOpenedByItsUser(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let script = "echo one > $(tty) && echo two > /dev/stdout && stat -c %u $(tty) && exit 5"
                try bundle.edit {
                    $0["process.user"] = ["uid": 1000, "gid": 1000]
                    $0["process.terminal"] = true
                    $0.setShell(script)
                }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                #expect(try onTerminal(terminal, bundle, ["run", bundle.id]).wait().status == 5)
                #expect(terminal.output() == "one\ntwo\n1000\n")
                try bundle.edit {
                    $0["process.terminal"] = false
                    $0.setArguments(["sleep", "1000"])
                }
                try bundle.create()
                let another = try PseudoTerminal(columns: 80, rows: 24)
                #expect(try onTerminal(another, bundle, ["exec", "-t", "--user", "1000:1000", bundle.id, "sh", "-c", script]).wait().status == 5)
                #expect(another.output() == "one\ntwo\n1000\n")
            }
        }

        @Test func execSendsItsTerminalWhereDetached() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let socket = try DescriptorSocket(bundle, "exec.sock")
                let result = try bundle.exec(["sh", "-c", "echo hello; sleep 1000"], options: ["-t", "-d", "--console-socket", socket.path])
                #expect(result.succeeded, "\(result)")
                #expect(try PseudoTerminal(master: socket.receive().descriptor).shows("hello"))
            }
        }

        /// Arguments, whether there is a terminal in the configuration, and what the error names.
        @Test(arguments: [
            (["run", "--detach"], true, "console socket"), (["create"], true, "console socket"),
            (["create", "--console-socket", "SOCKET"], false, "terminal"), (["run", "--detach", "--console-socket", "SOCKET"], false, "terminal"),
            (["run", "--console-socket", "SOCKET"], true, "detach"),
        ] as [([String], Bool, String)])
        func combinationsWithoutSenseAreRefused(_ arguments: [String], terminal: Bool, named: String) throws {
            try withBundle(.oneID) { bundle in
                let socket = try DescriptorSocket(bundle, "console.sock")
                try bundle.edit { $0["process.terminal"] = .bool(terminal); $0.setShell("echo never") }
                let result = try bundle.runtimeCommand(arguments.map { $0 == "SOCKET" ? socket.path : $0 } + [bundle.id]).run()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.replacing("-", with: " ").contains(named), "\(result)")
            }
        }

        @Test func aConsoleSocketThatIsNotThereIsNamed() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0["process.terminal"] = true }
                let result = try bundle.runc("create", "--console-socket", "\(bundle.directory)/nowhere.sock", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("nowhere.sock"), "\(result)")
            }
        }
    }
}
