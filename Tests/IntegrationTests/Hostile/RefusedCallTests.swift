import Foundation
import Testing

extension IntegrationTests {
    /// A kernel, or a filter of an outer container, that does not know newer system calls: as ENOSYS, or, as old engines'
    /// filters have it, EPERM. Either there is another way, or the error says what is needed.
    @Suite struct RefusedCallTests {
        /// Calls from 424 on have one number everywhere.
        struct Refusal: Sendable, CustomTestStringConvertible {
            let name: String
            let number: Int32
            /// nil where there is another way.
            var neededKernel: String?
            var testDescription: String { name }

            static let all = [
                Refusal(name: "openat2", number: 437), Refusal(name: "clone3", number: 435), Refusal(name: "close_range", number: 436),
                Refusal(name: "open_tree", number: 428, neededKernel: "Linux 5.2"),
                Refusal(name: "move_mount", number: 429, neededKernel: "Linux 5.2"),
                Refusal(name: "fsopen", number: 430, neededKernel: "Linux 5.2"),
                Refusal(name: "mount_setattr", number: 442, neededKernel: "Linux 5.12"),
                Refusal(name: "pidfd_open", number: 434, neededKernel: "Linux 5.3"),
            ]
        }

        @Test(arguments: [Identity.root, .oneID, .subordinateRanges], Refusal.all)
        func aCallThatIsNotThereIsMadeUpForOrNamed(_ identity: Identity, _ refusal: Refusal) throws {
            for error in [ENOSYS, EPERM] {
                try withBundle(identity) { bundle in
                    try bundle.edit { config in
                        config["linux.maskedPaths"] = ["/etc/group", "/home"]
                        config["linux.readonlyPaths"] = ["/mnt"]
                        config.setShell("grep -c ^Pid: /proc/self/status; wc -c < /etc/group; touch /mnt/x /tmp/x; ls /tmp /home; exit 7")
                    }
                    var command = try bundle.runtimeCommand(["run", bundle.id])
                    command.refused = ([refusal.number], error)
                    let result = try command.run()
                    if result.status == 7 {
                        #expect(result.lines == ["1", "0", "/home:", "/tmp:", "x"], "\(result)")
                        #expect(result.errors == ["touch: /mnt/x: Read-only file system"], "\(result)")
                        return
                    }
                    let needed = try #require(Self.needed(refusal, identity, error), "\(result)")
                    #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(result)")
                    #expect(result.stderr.contains(refusal.name) && result.stderr.contains(needed), "\(result)")
                }
            }
        }

        /// libc starts newuidmap, and has no other way where clone3 is answered with EPERM.
        private static func needed(_ refusal: Refusal, _ identity: Identity, _ error: Int32) -> String? {
            if refusal.name == "clone3" && identity == .subordinateRanges && error == EPERM { return "Linux 5.3" }
            return refusal.neededKernel
        }

        /// All at once that can be done without, over a container's life.
        @Test(arguments: Identity.allCases)
        func aLifeWithoutAnyOfThem(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let without = Refusal.all.filter { $0.neededKernel == nil }.map(\.number)
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let id = bundle.id
                for arguments in [["create", id], ["start", id], ["exec", id, "true"], ["kill", id, "KILL"], ["delete", "--force", id]] {
                    var command = try bundle.runtimeCommand(arguments)
                    command.refused = (without, ENOSYS)
                    let result = try command.run()
                    #expect(result.succeeded, "\(result)")
                }
            }
        }
    }
}
