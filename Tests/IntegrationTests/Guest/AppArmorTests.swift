import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// `process.apparmorProfile`, on a kernel with AppArmor: the guest's.
    @Suite struct AppArmorTests {
        /// A profile that allows what our containers do, but for writing one file.
        private struct Profile {
            let name: String
            let deniedFile: String
            private let file: String

            init(_ bundle: Bundle, denying deniedFile: String) throws {
                self.deniedFile = deniedFile
                name = "\(bundle.id)-\(deniedFile)"
                file = "\(bundle.directory)/\(name).profile"
                let text = """
                    profile \(name) flags=(attach_disconnected, mediate_deleted) {
                      file, capability, network, unix, signal, ptrace, mount, umount,
                      deny /\(deniedFile) w,
                    }

                    """
                try bundle.write(text, to: file)
                try PlainCommand.run(["apparmor_parser", "--replace", "--skip-cache", file])
            }

            func remove() throws { try PlainCommand.run(["apparmor_parser", "--remove", file]) }
        }

        private static let script = "cat /proc/self/attr/current; for f in one two; do echo > /$f && echo $f; done 2> /dev/null; true"

        private func withProfiles(_ identity: Identity, noNewPrivileges: Bool, _ body: (Bundle, _ one: Profile, _ two: Profile) throws -> Void) throws {
            try withBundle(identity) { bundle in
                let one = try Profile(bundle, denying: "one"), two = try Profile(bundle, denying: "two")
                try bundle.edit {
                    $0["process.apparmorProfile"] = .string(one.name)
                    $0["process.noNewPrivileges"] = .bool(noNewPrivileges)
                    $0["root.readonly"] = false
                }
                defer {
                    for profile in [one, two] {
                        do { try profile.remove() } catch { Issue.record(error) }
                    }
                }
                try body(bundle, one, two)
            }
        }

        @Test(.needs(.appArmor), arguments: Identity.allCases, [true, false])
        func theContainerIsConfined(_ identity: Identity, _ noNewPrivileges: Bool) throws {
            try withProfiles(identity, noNewPrivileges: noNewPrivileges) { bundle, one, _ in
                let output = try bundle.output(Self.script)
                #expect(output == "\(one.name) (enforce)\ntwo")
            }
        }

        @Test(.needs(.appArmor), arguments: [Identity.root, .oneID], [true, false])
        func execHasTheContainersOrItsOwn(_ identity: Identity, _ noNewPrivileges: Bool) throws {
            try withProfiles(identity, noNewPrivileges: noNewPrivileges) { bundle, one, two in
                try bundle.runDetached("sleep 1000")
                #expect(try bundle.execOutput(Self.script) == "\(one.name) (enforce)\ntwo")
                #expect(try bundle.execOutput(Self.script, options: ["--apparmor", two.name]) == "\(two.name) (enforce)\none")
            }
        }

        @Test(.needs(.appArmor), arguments: [Identity.root, .oneID])
        func aProfileThatIsNotLoadedIsNamed(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.apparmorProfile"] = "no-such-profile" }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("apparmorProfile"), "\(result)")
            }
        }
    }
}
