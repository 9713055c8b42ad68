import Foundation
import Testing

extension IntegrationTests {
    /// One line that names what is wrong, exit status 1, nothing left behind, and the same message for engines.
    @Suite struct BadInputTests {
        struct Fault: Sendable, CustomTestStringConvertible {
            let testDescription: String
            /// What the one line has to contain.
            let named: [String]
            /// Makes the input bad.
            let spoil: @Sendable (Bundle) throws -> Void

            init(_ description: String, names named: String..., spoil: @escaping @Sendable (Bundle) throws -> Void) {
                testDescription = description
                self.named = named
                self.spoil = spoil
            }

            /// A configuration with one member set to something.
            static func setting(_ path: String, to value: JSONValue?, names named: String...) -> Fault {
                Fault("\(path) is \(value.map { "\($0)" } ?? "missing")", names: named) { bundle in try bundle.edit { $0[path] = value } }
            }

            private init(_ description: String, names named: [String], spoil: @escaping @Sendable (Bundle) throws -> Void) {
                testDescription = description
                self.named = named
                self.spoil = spoil
            }

            /// A configuration with this text.
            static func text(_ text: String, names named: String...) -> Fault {
                Fault("config.json is \(text.debugDescription)", names: named) { try $0.write(text, to: "\($0.directory)/config.json") }
            }
        }

        private static let faults: [Fault] = [
            .text("", names: "config.json"), .text("{", names: "config.json"), .text("nonsense", names: "config.json"), .text("[]", names: "config.json"),
            .text("{\"ociVersion\": \"1.0.2\", }", names: "config.json"), .text("\u{FEFF}null", names: "config.json"),
            Fault("no config.json", names: "config.json") { unlink("\($0.directory)/config.json") },
            Fault("config.json is a directory", names: "config.json") { unlink("\($0.directory)/config.json"); try $0.makeDirectory("\($0.directory)/config.json") },
            .setting("ociVersion", to: nil, names: "ociVersion"), .setting("ociVersion", to: "abc", names: "ociVersion"), .setting("ociVersion", to: "9.0.0", names: "ociVersion"),
            .setting("process", to: nil, names: "process"), .setting("process", to: "sh", names: "process"),
            .setting("process.args", to: nil, names: "process.args"), .setting("process.args", to: [], names: "process.args"),
            .setting("process.args", to: "sh", names: "process.args"), .setting("process.args", to: ["sh", 1], names: "process.args"),
            .setting("process.cwd", to: nil, names: "process.cwd"), .setting("process.cwd", to: "tmp", names: "process.cwd"),
            .setting("process.user.uid", to: -1, names: "process.user.uid"), .setting("process.user.uid", to: 4_294_967_296, names: "process.user.uid"),
            .setting("process.user.uid", to: "root", names: "process.user.uid"), .setting("process.user.gid", to: 1.5, names: "process.user.gid"),
            .setting("process.oomScoreAdj", to: 1001, names: "process.oomScoreAdj"), .setting("process.terminal", to: "no", names: "process.terminal"),
            .setting("process.rlimits", to: [["type": "RLIMIT_NOTHING", "soft": 1, "hard": 1]], names: "RLIMIT_NOTHING"),
            .setting("process.rlimits", to: [["type": "RLIMIT_NOFILE", "soft": 2, "hard": 1]], names: "rlimits"),
            .setting("process.rlimits", to: [["type": "RLIMIT_NOFILE", "soft": 2, "hard": 2], ["type": "RLIMIT_NOFILE", "soft": 2, "hard": 2]], names: "rlimits"),
            .setting("root", to: nil, names: "root"), .setting("root.path", to: "nowhere", names: "nowhere"), .setting("root.path", to: "config.json", names: "config.json"),
            .setting("mounts", to: [["type": "tmpfs", "source": "tmpfs"]], names: "destination"),
            .setting("mounts", to: [["destination": "/x", "type": "tmpfs", "source": "tmpfs", "options": "ro"]], names: "options"),
            .setting("linux.namespaces", to: [["type": "mount"], ["type": "weather"]], names: "weather"),
            .setting("linux.namespaces", to: [["type": "mount"], ["type": "mount"]], names: "mount"),
            .setting("linux.rootfsPropagation", to: "sideways", names: "rootfsPropagation"),
            .setting("hooks", to: ["createRuntime": [["path": "relative"]]], names: "hooks.createRuntime"),
            .setting("process.args", to: ["no-such-command"], names: "no-such-command", "executable file not found in $PATH"),
            .setting("process.args", to: ["/no/such/file"], names: "/no/such/file", "no such file or directory"),
            .setting("process.args", to: ["/bin"], names: "/bin", "permission denied"),
            .setting("process.args", to: ["/etc/passwd"], names: "/etc/passwd", "permission denied"),
            .setting("process.args", to: ["/etc/passwd/x"], names: "/etc/passwd/x"),
            .setting("process.args", to: [""], names: "executable file not found in $PATH"),
        ]

        /// What both ways of making a container say of it.
        @Test(arguments: faults, [Identity.oneID, .root])
        func isNamed(_ fault: Fault, by identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                try fault.spoil(bundle)
                let log = "\(bundle.directory)/log"
                for command in ["run", "create"] {
                    let result = try bundle.runc(command, bundle.id, global: ["--log", log, "--log-format", "json"])
                    #expect(result.status == 1, "\(result)")
                    #expect(result.errors.count == 1, "one line: \(result)")
                    for name in fault.named { #expect(result.stderr.contains(name), "\(result)") }
                    let last = try #require(bundle.read(log).split(separator: "\n").last)
                    let entry = try JSONValue(parsing: String(last))
                    #expect(entry["level"]?.string == "error")
                    #expect(entry["time"]?.string != nil)
                    let message = try #require(entry["msg"]?.string)
                    #expect(!message.isEmpty && result.stderr.contains(message), "the log says \(message), standard error \(result.stderr)")
                    #expect(try Leftovers(of: bundle).find() == [])
                }
            }
        }

        /// That it is no program only the kernel can say, when it is executed.
        @Test(arguments: [Identity.oneID, .root])
        func aFileThatIsNoProgramIsNamedWhenItIsExecuted(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["/bin/not-a-program"]) }
                let result = try bundle.run()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("/bin/not-a-program") && result.stderr.lowercased().contains("exec format error"), "\(result)")
            }
        }

        @Test(arguments: ["", ".", "..", "a/b", "a b", "a\nb", "ü", "a:b", String(repeating: "a", count: 1025), "../x"])
        func anInvalidIDIsRefused(_ id: String) throws {
            try withBundle(.oneID) { bundle in
                for command in [["run"], ["create"], ["state"], ["delete", "--force"], ["start"]] {
                    let result = try bundle.runtimeCommand(command + [id]).run()
                    #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                    #expect(result.stderr.contains("container") && result.stderr.lowercased().contains("id"), "\(result)")
                }
                #expect(try Leftovers(of: bundle).find() == [])
                #expect(FileManager.default.fileExists(atPath: bundle.stateRoot))
            }
        }

        @Test(arguments: ["a", "A_b+c-d.e", "...", "-", String(repeating: "a", count: 200)])
        func anUnusualIDIsAccepted(_ id: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setShell("echo ran") }
                let result = try bundle.runtimeCommand(["run", "--", id]).run()
                #expect(result.text == "ran", "\(result)")
            }
        }

        @Test func anUnreadableBundleIsNamed() throws {
            try withBundle(.oneID) { bundle in
                let hidden = "\(bundle.directory)/hidden"
                try PlainCommand.run(["mkdir", "-m", "0700", hidden])
                for (path, named) in [(hidden, hidden), ("\(bundle.directory)/nowhere", "nowhere"), ("\(bundle.directory)/config.json", "config.json")] {
                    let result = try bundle.runc("run", "--bundle", path, bundle.id)
                    #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                    #expect(result.stderr.contains(named), "\(result)")
                }
            }
        }

        @Test func anUnreadableConfigurationIsNamed() throws {
            try withBundle(.oneID) { bundle in
                chmod("\(bundle.directory)/config.json", 0)
                let result = try bundle.run()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("config.json") && result.stderr.lowercased().contains("permission denied"), "\(result)")
            }
        }

        @Test(arguments: [
            (["frobnicate"], "frobnicate"), (["run", "--frobnicate", "x"], "frobnicate"), (["run"], "run"), (["run", "a", "b"], "run"), (["state"], "state"),
            (["--frobnicate", "list"], "frobnicate"), (["list", "--format", "xml"], "xml"), (["--log-format", "xml", "list"], "xml"),
            (["--rootless", "maybe", "list"], "maybe"), (["run", "--preserve-fds", "x", "id"], "preserve-fds"), (["exec"], "exec"),
        ])
        func aBadCommandLineIsNamed(_ arguments: [String], named: String) throws {
            try withBundle(.oneID) { bundle in
                let result = try bundle.runtimeCommand(arguments).run()
                #expect(result.status == 1, "\(result)")
                #expect(result.stderr.contains(named), "\(result)")
            }
        }
    }
}
