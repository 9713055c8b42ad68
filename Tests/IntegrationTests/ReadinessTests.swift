import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// What a service in a container tells its manager at NOTIFY_SOCKET. Man: sd_notify(3).
    @Suite struct ReadinessTests {
        /// The container says that it is ready at a socket of its own; the service manager hears it, with a pid it can use.
        @Test(arguments: [Identity.root, .oneID])
        func readinessIsPassedOn(_ identity: Identity) throws {
            let script = "echo $NOTIFY_SOCKET > /out/new && mv /out/new /out/socket; trap 'exit 0' TERM; while :; do sleep 0.05; done"
            try withManager(identity, options: ["--detach"], script) { bundle, socket, command in
                let out = try bundle.shareDirectory()
                let running = try command.start()
                #expect(try eventually { try FileManager.default.fileExists(atPath: "\(out)/socket") || !running.isRunning() })
                let inside = try bundle.read("\(out)/socket").trimmingCharacters(in: .newlines)
                #expect(!inside.isEmpty && inside != command.environment["NOTIFY_SOCKET"])
                let pid = try bundle.initPID()
                #expect(ch_send_datagram("/proc/\(pid)/root\(inside)", "READY=1\n") == 0)
                var buffer = [UInt8](repeating: 0, count: 4096)
                var messages = ""
                while !messages.contains("READY=1") {
                    let count = recv(socket, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    messages += String(decoding: buffer[..<count], as: UTF8.self) + "\n"
                }
                #expect(messages.contains("READY=1"), "\(messages) \(running.stderr)")
                let result = try running.wait()
                #expect(result.succeeded, "a detached run ends when the container is ready: \(result)")
                let more = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if more > 0 { messages += String(decoding: buffer[..<more], as: UTF8.self) }
                #expect(messages.contains("MAINPID=\(pid)"), "\(messages)")
            }
        }

        /// A manager's socket, of which the runtime is told, and `run`, in the foreground without other options.
        private func withManager(
            _ identity: Identity, options: [String] = [], _ script: String, _ body: (_ bundle: Bundle, _ manager: Int32, _ command: Command) throws -> Void
        ) throws {
            try withBundle(identity) { bundle in
                let path = "\(bundle.directory)/notify.sock"
                let manager = ch_bind_datagram(path, 30)
                defer { close(manager) }
                #expect(try manager >= 0 && chown(path, identity.hostUID, identity.hostGID) == 0)
                try bundle.edit { $0.setShell(script) }
                try body(bundle, manager, bundle.runtimeCommand(["run"] + options + [bundle.id], environment: ["NOTIFY_SOCKET": path]))
            }
        }

        /// Starts what says so once it has a handler.
        private func startTrapping(_ command: Command) throws -> RunningCommand {
            let running = try command.start()
            #expect(eventually { running.stdout == "trapped\n" }, "\(running.stderr)")
            return running
        }

        /// The next message that the manager is sent.
        private func message(to manager: Int32) -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            return String(decoding: buffer[..<max(0, recv(manager, &buffer, buffer.count, 0))], as: UTF8.self)
        }

        /// As the service in the container.
        private func say(_ text: String, _ bundle: Bundle) throws {
            #expect(try ch_send_datagram("/proc/\(bundle.initPID())/root/run/notify/notify.sock", text) == 0)
        }

        /// Who waits in the foreground is the manager's child, and ends as the service does.
        @Test(arguments: [Identity.root, .oneID])
        func theReadyServiceIsTheRuntimeInTheForeground(_ identity: Identity) throws {
            try withManager(identity, "trap 'exit 3' TERM; echo trapped; while :; do sleep 0.05; done") { bundle, manager, command in
                let running = try startTrapping(command)
                try say("STATUS=nearly\n", bundle)
                try say("READY=1\n", bundle)
                #expect(message(to: manager) == "MAINPID=\(running.pid)\nREADY=1")
                #expect(try running.isRunning())
                running.signal(SIGTERM)
                #expect(try running.wait(limitSeconds: 30).status == 3)
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func signalsArePassedOnBeforeTheServiceIsReady(_ identity: Identity) throws {
            try withManager(identity, "trap 'echo ending; exit 3' TERM; echo trapped; while :; do sleep 0.05; done") { bundle, _, command in
                let running = try startTrapping(command)
                running.signal(SIGTERM)
                let result = try running.wait(limitSeconds: 30)
                #expect(result.status == 3 && result.text == "trapped\nending", "\(result)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func theTerminalIsThereBeforeTheServiceIsReady(_ identity: Identity) throws {
            try withManager(identity, "echo ready; read line; echo got $line; exit 4") { bundle, _, command in
                try bundle.edit { $0["process.terminal"] = true }
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                var command = command
                command.input = .descriptor(terminal.slave)
                command.output = terminal.slave
                command.controlsTerminal = true
                let running = try command.start()
                #expect(terminal.shows("ready"), "\(terminal.output()) \(running.stderr)")
                terminal.type("hello\n")
                #expect(terminal.shows("got hello"), "\(terminal.output())")
                #expect(try running.wait(limitSeconds: 30).status == 4)
            }
        }

        /// The runtime hears of both at once.
        @Test(arguments: [Identity.root, .oneID])
        func aServiceThatEndsAtOnceWasReady(_ identity: Identity) throws {
            try withManager(identity, "trap 'exit 0' TERM; echo trapped; while :; do sleep 0.05; done") { bundle, manager, command in
                let running = try startTrapping(command)
                let pid = try bundle.initPID()
                running.signal(SIGSTOP)
                for text in ["STATUS=nearly", "STATUS=almost", "READY=1"] { try say(text, bundle) }
                #expect(kill(pid, SIGKILL) == 0)
                running.signal(SIGCONT)
                #expect(message(to: manager) == "MAINPID=\(running.pid)\nREADY=1")
                #expect(try running.wait(limitSeconds: 30).status == 128 + SIGKILL)
            }
        }
    }
}
