import Foundation
import Testing

extension IntegrationTests {
    @Suite struct KeyringTests {
        private static let callers = "callers-of-runc"

        private func withContainer(_ identity: Identity, script: String, _ body: (Bundle) throws -> Void) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["linux.maskedPaths"] = []
                    $0["root.readonly"] = false
                    $0.setShell(script)
                }
                try body(bundle)
            }
        }

        /// What the runtime's command prints in a session whose keyring nobody can see who does not have it.
        private func output(_ bundle: Bundle, _ arguments: [String]) throws -> String {
            let restricted = #"keyctl setperm @s 0x3f000000 && exec "$@""#
            let session = ["keyctl", "session", Self.callers, "sh", "-c", restricted, "sh"]
            let result = try bundle.runtimeCommand(arguments, through: session).run()
            try #require(result.succeeded, "\(result)")
            return result.stdout
        }

        private static let keepsItsKeys = "cat /proc/keys > /new && mv /new /keys; sleep 1000"

        /// Of a container that `keepsItsKeys`: init's /proc/keys, and then that of a process of `exec`.
        private func keysOfInitAndExec(_ bundle: Bundle, options: [String] = []) throws -> String {
            _ = try output(bundle, ["run", "--detach"] + options + [bundle.id])
            let script = "until cat /keys 2> /dev/null; do sleep 0.05; done; cat /proc/keys"
            return try output(bundle, ["exec", bundle.id, "sh", "-c", script])
        }

        /// The numbers of the keyrings of that name in the text, which /proc/keys gave.
        private func numbers(_ name: String, in text: String) -> [Substring] {
            text.split(separator: "\n").filter { $0.contains(" \(name): ") }.compactMap { $0.split(separator: " ").first }
        }

        @Test(arguments: Identity.allCases)
        func theSessionHasOneOfItsOwn(_ identity: Identity) throws {
            try withContainer(identity, script: "cat /proc/keys") { bundle in
                let keys = try output(bundle, ["run", bundle.id])
                #expect(numbers("_ses.\(bundle.id)", in: keys).count == 1 && numbers(Self.callers, in: keys).isEmpty, "\(keys)")
            }
        }

        @Test(arguments: Identity.allCases)
        func execHasTheContainers(_ identity: Identity) throws {
            try withContainer(identity, script: Self.keepsItsKeys) { bundle in
                let keys = try keysOfInitAndExec(bundle)
                let own = numbers("_ses.\(bundle.id)", in: keys)
                #expect(own.count == 2 && own.first == own.last && numbers(Self.callers, in: keys).isEmpty, "\(keys)")
            }
        }

        /// Whoever lets others search a keyring of that name would read the container's keys.
        @Test func anotherUsersOfThatNameIsNotJoined() throws {
            try withContainer(.root, script: "cat /proc/keys") { bundle in
                let name = "_ses.\(bundle.id)", lure = "keyctl setperm @s 0x3f0b0008 && echo ready && exec sleep 1000"
                let arguments = try Identity.oneID.prefix(directory: "/") + ["keyctl", "session", name, "sh", "-c", lure]
                let planter = try Command(arguments: arguments, environment: Identity.oneID.environment(mark: bundle.id)).start()
                defer { planter.signal(SIGKILL) }
                #expect(eventually { planter.stdout.contains("ready") })
                let keys = try output(bundle, ["run", bundle.id])
                #expect(numbers(name, in: keys).isEmpty && !numbers("_ses", in: keys).isEmpty && numbers(Self.callers, in: keys).isEmpty, "\(keys)")
            }
        }

        @Test func theCallersIsKeptWhereThatIsAskedFor() throws {
            try withContainer(.root, script: Self.keepsItsKeys) { bundle in
                let keys = try keysOfInitAndExec(bundle, options: ["--no-new-keyring"])
                #expect(numbers("_ses.\(bundle.id)", in: keys).isEmpty && numbers(Self.callers, in: keys).count == 2, "\(keys)")
            }
        }
    }
}
