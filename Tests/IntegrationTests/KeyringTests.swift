import Testing

extension IntegrationTests {
    @Suite struct KeyringTests {
        /// The session keyring's description in /proc/keys.
        private func keyrings(_ bundle: Bundle, options: [String] = []) throws -> String {
            try bundle.edit { $0["linux.maskedPaths"] = [] }
            return try bundle.output("grep keyring /proc/keys; true", options: options)
        }

        @Test(arguments: Identity.allCases)
        func theSessionHasOneOfItsOwn(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let keyrings = try keyrings(bundle)
                #expect(keyrings.contains("_ses.\(bundle.id)"))
            }
        }

        @Test func theCallersIsKeptWhereThatIsAskedFor() throws {
            try withBundle(.root) { bundle in
                let keyrings = try keyrings(bundle, options: ["--no-new-keyring"])
                #expect(!keyrings.contains("_ses.\(bundle.id)"))
            }
        }
    }
}
