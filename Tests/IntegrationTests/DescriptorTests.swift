import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// Descriptors that are handed on, and those that are sent.
    @Suite struct DescriptorTests {
        /// Files whose contents are their numbers, opened for reading.
        private func numberedFiles(_ bundle: Bundle, _ count: Int) throws -> [Int32] {
            try (0..<count).map { index in
                let path = "\(bundle.directory)/file\(index)"
                try bundle.write("file \(index)\n", to: path)
                return open(path, O_RDONLY | O_CLOEXEC)
            }
        }

        @Test(arguments: Identity.allCases)
        func preservedOnesArePassed(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let files = try numberedFiles(bundle, 3)
                defer { files.forEach { close($0) } }
                try bundle.edit { $0.setShell("cat <&3; cat <&4; test -e /proc/self/fd/5 || echo no more") }
                var command = try bundle.runtimeCommand(["run", "--preserve-fds", "2", bundle.id])
                command.descriptors = files
                let result = try command.run()
                #expect(result.text == "file 0\nfile 1\nno more", "\(result)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func preservedOnesArePassedToExec(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let files = try numberedFiles(bundle, 2)
                defer { files.forEach { close($0) } }
                var command = try bundle.runtimeCommand(["exec", "--preserve-fds", "1", bundle.id, "sh", "-c", "cat <&3; test -e /proc/self/fd/4 || echo no more"])
                command.descriptors = files
                let result = try command.run()
                #expect(result.text == "file 0\nno more", "\(result)")
            }
        }

        @Test func preservedOnesSurviveCreateAndStart() throws {
            try withBundle(.oneID) { bundle in
                let out = try bundle.shareDirectory()
                let files = try numberedFiles(bundle, 1)
                defer { files.forEach { close($0) } }
                try bundle.edit { $0.setShell("cat <&3 > /out/read") }
                var command = try bundle.runtimeCommand(["create", "--preserve-fds", "1", bundle.id])
                command.descriptors = files
                let created = try command.run()
                #expect(created.succeeded, "\(created)")
                try bundle.start()
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.read("\(out)/read") == "file 0\n")
            }
        }

        /// Who created the container may wait for the end of a pipe, or for a lock, before it is started.
        @Test(arguments: Identity.allCases)
        func aCreatedContainerHoldsNoneOfTheCallers(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let files = try numberedFiles(bundle, 2)
                defer { files.forEach { close($0) } }
                try bundle.edit { $0.setArguments(["true"]) }
                var command = try bundle.runtimeCommand(["create", "--preserve-fds", "1", bundle.id])
                command.descriptors = files
                let created = try command.run()
                #expect(created.succeeded, "\(created)")
                let directory = "/proc/\(try bundle.initPID())/fd"
                func held() throws -> [String] {
                    try FileManager.default.contentsOfDirectory(atPath: directory).compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)") }
                        .filter { $0.hasPrefix("\(bundle.directory)/file") }
                }
                #expect(try eventually { try held() == ["\(bundle.directory)/file0"] })
            }
        }

        /// Who may trace it goes where its descriptors lead: by the host's procfs past all that is masked, to the host's processes.
        @Test(arguments: Identity.allCases)
        func aCreatedContainerHoldsNothingOfTheHosts(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    for set in ["bounding", "permitted", "effective"] { $0.append("CAP_SYS_PTRACE", to: "process.capabilities.\(set)") }
                    $0.setArguments(["true"])
                }
                try bundle.create()
                let look = "for fd in /proc/1/fd/*; do for file in sys 1/../sys meminfo ../sys ../../sys bin; do test -e $fd/$file && echo $fd/$file; done; done; ls /proc/1/fd | wc -l"
                var seen = ""
                #expect(try eventually { seen = try bundle.execOutput(look); return seen == "6" }, "\(seen)")
            }
        }

        /// It would die without a word, with nobody who waits for one.
        @Test(arguments: [(6, false, 0), (7, true, 0), (7, false, 1), (8, true, 1)])
        func aCreatedContainerNeedsSomeToWait(_ limit: Int, isEnough: Bool, preserved: Int) throws {
            try withBundle(.root) { bundle in
                let files = try numberedFiles(bundle, preserved)
                defer { files.forEach { close($0) } }
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    $0["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": .init(limit), "hard": .init(limit)]]
                    $0.setArguments(["touch", "/out/ran"])
                }
                var command = try bundle.runtimeCommand(["create", "--preserve-fds", "\(preserved)", bundle.id])
                command.descriptors = files
                let created = try command.run()
                if isEnough {
                    #expect(created.succeeded, "\(created)")
                    try bundle.start()
                    #expect(try bundle.waitForStatus("stopped"))
                    #expect(FileManager.default.fileExists(atPath: "\(out)/ran"))
                } else {
                    #expect(created.status == 1 && created.errors.count == 1 && created.stderr.contains("RLIMIT_NOFILE"), "\(created)")
                }
            }
        }

        /// A terminal is somebody's who sits at it: it is not given to the container's user.
        @Test(arguments: [Identity.root, .subordinateRanges])
        func theCallersTerminalStaysTheirs(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let terminal = try PseudoTerminal(columns: 80, rows: 24)
                let owner = try identity.hostUID
                // A group that is mapped: the kernel would refuse to give away another.
                let group = identity == .root ? 5 : try identity.hostGID
                #expect(fchown(terminal.slave, owner, group) == 0)
                try bundle.edit {
                    $0["process.user"] = ["uid": 1000, "gid": 1000]
                    $0.setShell("echo to it")
                }
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.input = .descriptor(terminal.slave)
                command.output = terminal.slave
                let result = try command.run()
                #expect(result.succeeded && terminal.shows("to it"), "\(result)")
                var status = stat()
                #expect(fstat(terminal.slave, &status) == 0)
                #expect(status.st_uid == owner && status.st_gid == group)
            }
        }

        @Test func aMissingOneIsNamed() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setShell("echo never") }
                let result = try bundle.runc("run", "--preserve-fds", "3", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("3"), "\(result)")
            }
        }

        /// As a service manager passes sockets: LISTEN_PID is the runtime's pid outside, and the process's inside.
        @Test(arguments: [Identity.root, .oneID])
        func socketsOfTheServiceManagerArePassed(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let files = try numberedFiles(bundle, 2)
                defer { files.forEach { close($0) } }
                try bundle.edit { $0.setShell("echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; cat <&3; cat <&4") }
                var command = try bundle.runtimeCommand(
                    ["run", bundle.id], through: ["sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:admin exec \"$@\"", "sh"])
                command.descriptors = files
                let result = try command.run()
                #expect(result.text == "2 1 web:admin\nfile 0\nfile 1", "\(result)")
            }
        }

        @Test func socketsOfAnotherProcessAreNot() throws {
            try withBundle(.oneID) { bundle in
                let files = try numberedFiles(bundle, 1)
                defer { files.forEach { close($0) } }
                try bundle.edit { $0.setShell("echo \"[$LISTEN_FDS]\"; test -e /proc/self/fd/3 || echo none") }
                var command = try bundle.runtimeCommand(["run", bundle.id], environment: ["LISTEN_FDS": "1", "LISTEN_PID": "1"])
                command.descriptors = files
                let result = try command.run()
                #expect(result.text == "[]\nnone", "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func thePIDDescriptorIsSent(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let socket = try DescriptorSocket(bundle, "pidfd.sock")
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create(options: ["--pidfd-socket", socket.path])
                let (descriptor, _) = try socket.receive()
                defer { close(descriptor) }
                try bundle.start()
                #expect(try String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8).contains("Pid:\t\(bundle.initPID())\n"))
                #expect(ch_pidfd_send_signal(descriptor, SIGKILL) == 0)
                #expect(try bundle.waitForStatus("stopped"))
            }
        }

        @Test func thePIDDescriptorOfExecIsSent() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let socket = try DescriptorSocket(bundle, "pidfd.sock")
                let running = try bundle.runtimeCommand(["exec", "--pidfd-socket", socket.path, bundle.id, "sleep", "1000"]).start()
                let (descriptor, _) = try socket.receive()
                defer { close(descriptor) }
                #expect(ch_pidfd_send_signal(descriptor, SIGKILL) == 0)
                #expect(try running.wait().status == 128 + SIGKILL)
                #expect(try bundle.status() == "running")
            }
        }
    }
}
