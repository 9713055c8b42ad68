import Foundation
import Testing

extension IntegrationTests {
    /// The scripts that a person reads first, run as an unprivileged user.
    @Suite(.needs(.tool("jq"))) struct ExampleTests {
        private static let directory = "\(RuntimeUnderTest.packageDirectory)/rootless-examples"

        /// The scripts that are there, and what each has to show.
        private static let shown: [String: [String]] = [
            "hello.sh": ["Hello from", "uid=0"], "subuid-ranges.sh": ["1000"], "in-user-namespace.sh": ["0"], "detached-service.sh": ["running"],
        ]

        @Test func thereIsATestForEach() throws {
            let scripts = try FileManager.default.contentsOfDirectory(atPath: Self.directory).filter { $0.hasSuffix(".sh") }
            #expect(Set(scripts) == Set(Self.shown.keys))
        }

        @Test(arguments: Self.shown.keys.sorted())
        func works(_ script: String) throws {
            try withBundle(.oneID) { bundle in
                // Where the user can read it, wherever the checkout lies.
                for name in ["rootless-examples", "scripts"] {
                    try PlainCommand.run(["cp", "-r", "\(RuntimeUnderTest.packageDirectory)/\(name)", bundle.directory])
                }
                try PlainCommand.run(["chmod", "-R", "a+rX", bundle.directory])
                let temporary = "\(bundle.directory)/tmp"
                try bundle.makeDirectory(temporary)
                let result = try bundle.command(
                    ["\(bundle.directory)/rootless-examples/\(script)"], environment: ["RUNC": try RuntimeUnderTest.path, "TMPDIR": temporary]
                ).run()
                #expect(result.succeeded, "\(result)")
                for text in Self.shown[script]! { #expect(result.stdout.contains(text), "\(result)") }
                #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty, "it cleans up")
                let left = try bundle.command([try RuntimeUnderTest.path, "list", "--quiet"]).run()
                #expect(left.stdout.isEmpty, "\(left)")
            }
        }
    }
}
