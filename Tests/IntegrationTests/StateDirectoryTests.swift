import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// Where containers are recorded when `--root` does not say it.
    @Suite struct StateDirectoryTests {
        /// The runtime without `--root`.
        private func runc(_ bundle: Bundle, _ arguments: String..., environment: [String: String?] = [:]) throws -> CommandResult {
            try bundle.command([try RuntimeUnderTest.path] + arguments, environment: environment).run()
        }

        @Test func isBelowXDGRuntimeDirForAUser() throws {
            try withBundle(.oneID) { bundle in
                let runtimeDirectory = "\(bundle.directory)/run"
                try bundle.makeDirectory(runtimeDirectory, mode: 0o700)
                let environment = ["XDG_RUNTIME_DIR": runtimeDirectory]
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let created = try runc(bundle, "create", bundle.id, environment: environment)
                try #require(created.succeeded, "\(created)")
                #expect(FileManager.default.fileExists(atPath: "\(runtimeDirectory)/runc/\(bundle.id)/state.json"))
                var status = stat()
                #expect(stat("\(runtimeDirectory)/runc", &status) == 0)
                #expect(status.st_mode & 0o7777 == 0o1700, "a cleaner of runtime directories spares what is sticky")
                let deleted = try runc(bundle, "delete", "--force", bundle.id, environment: environment)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(runtimeDirectory)/runc").isEmpty)
            }
        }

        /// Whoever tries again under the same id, with more of them, is not told that it is taken.
        @Test(arguments: 4...12)
        func keepsNothingOfWhatHadTooFewDescriptors(_ limit: Int) throws {
            try withBundle(.root) { bundle in
                let result = try bundle.runtimeCommand(["create", bundle.id], through: ["sh", "-c", "ulimit -n \(limit); exec \"$@\"", "sh"]).run()
                #expect(!result.succeeded && !result.stderr.isEmpty, "\(result)")
                #expect(access("\(bundle.stateRoot)/\(bundle.id)", F_OK) != 0, "\(result)")
            }
        }

        @Test func isRunRuncForRootWhateverXDGRuntimeDirSays() throws {
            let wasThere = FileManager.default.fileExists(atPath: "/run/runc")
            defer { if !wasThere { rmdir("/run/runc") } }
            try withBundle(.root) { bundle in
                let runtimeDirectory = "\(bundle.directory)/run"
                try bundle.makeDirectory(runtimeDirectory, mode: 0o700)
                let environment = ["XDG_RUNTIME_DIR": runtimeDirectory, "USER": "alice"]
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let created = try runc(bundle, "create", bundle.id, environment: environment)
                try #require(created.succeeded, "\(created)")
                #expect(FileManager.default.fileExists(atPath: "/run/runc/\(bundle.id)/state.json"))
                let deleted = try runc(bundle, "delete", "--force", bundle.id, environment: environment)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(!FileManager.default.fileExists(atPath: "/run/runc/\(bundle.id)"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: runtimeDirectory).isEmpty)
            }
        }

        /// USER tells root of a user's namespace from root of a container.
        @Test(arguments: [
            (["USER": "alice"], true), (["USER": "root"], false), (["USER": nil], false), (["USER": "alice", "XDG_RUNTIME_DIR": nil], false),
        ] as [([String: String?], Bool)])
        func dependsOnUserForRootInAUserNamespace(_ environment: [String: String?], belowXDGRuntimeDir: Bool) throws {
            try withBundle(.rootInUserNamespace) { bundle in
                let runtimeDirectory = "\(bundle.directory)/run"
                try bundle.makeDirectory(runtimeDirectory, mode: 0o700)
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let runtime = try RuntimeUnderTest.path
                let script = """
                    mount -t tmpfs tmpfs /run || exit 99
                    \(runtime) create \(bundle.id) || exit 98
                    test -d /run/runc/\(bundle.id) && echo in /run
                    test -d \(runtimeDirectory)/runc/\(bundle.id) && echo in XDG_RUNTIME_DIR
                    \(runtime) delete --force \(bundle.id)
                    """
                let result = try bundle.command(
                    ["unshare", "--mount", "sh", "-c", script],
                    environment: ["XDG_RUNTIME_DIR": runtimeDirectory].merging(environment) { $1 }
                ).run()
                #expect(result.succeeded, "\(result)")
                #expect(result.text == (belowXDGRuntimeDir ? "in XDG_RUNTIME_DIR" : "in /run"), "\(result)")
            }
        }

        enum Unusable: String, CaseIterable { case unset, empty, missing, foreign, unwritable, file }

        /// Sets XDG_RUNTIME_DIR to something that cannot serve; returns the environment and what the error has to name.
        private func makeUnusable(_ how: Unusable, _ bundle: Bundle) throws -> (environment: [String: String?], named: String) {
            let directory = "\(bundle.directory)/\(how.rawValue)"
            switch how {
            case .unset: return (["XDG_RUNTIME_DIR": nil], "XDG_RUNTIME_DIR")
            case .empty: return (["XDG_RUNTIME_DIR": ""], "XDG_RUNTIME_DIR")
            case .missing: break
            case .foreign: try PlainCommand.run(["mkdir", "-m", "0755", directory])
            case .unwritable: try bundle.makeDirectory(directory, mode: 0o500)
            case .file: try bundle.write("", to: directory)
            }
            return (["XDG_RUNTIME_DIR": directory], directory)
        }

        @Test(arguments: Unusable.allCases)
        func isAnErrorThatSaysWhatToDoWhereXDGRuntimeDirIsUnusable(_ how: Unusable) throws {
            try withBundle(.oneID) { bundle in
                let (environment, named) = try makeUnusable(how, bundle)
                let result = try runc(bundle, "run", bundle.id, environment: environment)
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("XDG_RUNTIME_DIR"), "\(result)")
                #expect(result.stderr.contains(named), "\(result)")
                #expect(result.stderr.contains("hint"), "\(result)")
            }
        }

        @Test(arguments: Unusable.allCases)
        func isNotAskedForWhereItIsNotNeeded(_ how: Unusable) throws {
            try withBundle(.oneID) { bundle in
                let (environment, _) = try makeUnusable(how, bundle)
                for arguments in [["--help"], ["--version"], ["features"], ["run", "--help"]] {
                    let result = try bundle.command([try RuntimeUnderTest.path] + arguments, environment: environment).run()
                    #expect(result.succeeded, "\(result)")
                }
                let spec = "\(bundle.directory)/spec"
                try bundle.makeDirectory(spec)
                let written = try runc(bundle, "spec", "--rootless", "--bundle", spec, environment: environment)
                #expect(written.succeeded, "\(written)")
                try bundle.edit { $0.setArguments(["true"]) }
                let run = try bundle.runtimeCommand(["run", bundle.id], environment: environment).run()
                #expect(run.succeeded, "\(run)")
            }
        }

        @Test func isNotMadeStickyWhereRootNamesIt() throws {
            try withBundle(.oneID) { bundle in
                let root = "\(bundle.directory)/elsewhere"
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.command([try RuntimeUnderTest.path, "--root", root, "run", bundle.id]).run()
                #expect(result.succeeded, "\(result)")
                var status = stat()
                #expect(stat(root, &status) == 0)
                #expect(status.st_mode & 0o7777 == 0o700)
            }
        }

        /// Relative to where the runtime is called, also for what the container is to find in it.
        @Test func mayBeRelative() throws {
            try withBundle(.oneID) { bundle in
                let socket = ch_bind_datagram("\(bundle.directory)/notify.sock", 30)
                defer { close(socket) }
                try bundle.makeDirectory("\(bundle.directory)/below")
                try bundle.edit { $0.setShell("test -S $NOTIFY_SOCKET && echo found") }
                let result = try bundle.command(
                    ["sh", "-c", "cd below; exec \"$@\"", "sh", try RuntimeUnderTest.path, "--root", "relative", "run", "--bundle", bundle.directory, bundle.id],
                    environment: ["NOTIFY_SOCKET": "\(bundle.directory)/notify.sock"]).run()
                #expect(result.succeeded && result.text == "found", "\(result)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(bundle.directory)/below/relative").isEmpty)
            }
        }

        @Test func mayBeMissingForList() throws {
            try withBundle(.oneID) { bundle in
                let result = try bundle.command([try RuntimeUnderTest.path, "--root", "\(bundle.directory)/nowhere", "list", "--format", "json"]).run()
                #expect(result.succeeded, "\(result)")
                #expect(["null", "[]"].contains(result.text), "\(result)")
            }
        }

        /// What is recorded about privilege, for later commands.
        @Test(arguments: Identity.allCases)
        func recordsWhetherItIsRootless(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                let state = try JSONValue(parsing: bundle.read("\(bundle.stateRoot)/\(bundle.id)/state.json"))
                #expect(state["rootless"]?.bool == identity.isUnprivileged)
                #expect(state["config.rootless_euid"]?.bool == identity.isUnprivileged)
                #expect(state["config.rootless_cgroups"]?.bool == (identity != .root))
                for key in ["id", "init_process_pid", "init_process_start", "created", "cgroup_paths", "namespace_paths", "external_descriptors", "intel_rdt_path"] {
                    #expect(state.object?[key] != nil, "state.json lacks \(key)")
                }
                #expect(state["config.labels"]?.array?.contains(.string("bundle=\(bundle.directory)")) == true)
                #expect(state["config.rootfs"]?.string == bundle.rootfs)
            }
        }

        /// What an image says must not lead a hook, or who asks for the state, to another bundle.
        @Test(arguments: [Identity.root, .oneID])
        func theBundleIsNoAnnotations(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.setArguments(["sleep", "1000"])
                    $0["annotations"] = ["bundle": "/other", "bundle=": "/other"]
                    $0["hooks.poststart"] = [["path": "/bin/sh", "args": ["sh", "-c", .string("cat > \(bundle.directory)/hook")]]]
                }
                try bundle.create()
                try bundle.start()
                #expect(try bundle.state()["bundle"]?.string == bundle.directory)
                #expect(try JSONValue(parsing: bundle.read("\(bundle.directory)/hook"))["bundle"]?.string == bundle.directory)
                let listed = try bundle.runc("list", "--format", "json")
                #expect(try JSONValue(parsing: listed.text).array?.first { $0["id"]?.string == bundle.id }?["bundle"]?.string == bundle.directory, "\(listed)")
            }
        }

        /// What `create` accepts, every later command can read.
        @Test(arguments: [Identity.root, .oneID])
        func aLargeConfigurationIsReadAgain(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let long = String(repeating: "x", count: 9 << 20)
                try bundle.edit {
                    $0.setArguments(["sleep", "1000"])
                    $0["annotations"] = ["a": .string(long)]
                }
                try bundle.create()
                try bundle.start()
                #expect(try bundle.state()["annotations"]?.object?["a"]?.string == long)
                #expect(try bundle.runc("list", "--quiet").text.contains(bundle.id))
                #expect(try bundle.execOutput("echo in") == "in")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("delete", bundle.id).succeeded)
            }
        }

        @Test(arguments: [("true", true), ("false", false)])
        func recordsWhatTheRootlessOptionSays(_ value: String, recorded: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let created = try bundle.runc("create", bundle.id, global: ["--rootless", value])
                try #require(created.succeeded, "\(created)")
                let state = try JSONValue(parsing: bundle.read("\(bundle.stateRoot)/\(bundle.id)/state.json"))
                #expect(state["config.rootless_cgroups"]?.bool == recorded)
                #expect(state["config.rootless_euid"]?.bool == false)
                #expect(state["rootless"]?.bool == false)
            }
        }
    }
}
