import Testing

extension IntegrationTests {
    /// The same container for each who may ask for it.
    @Suite struct IdentityTests {
        @Test(arguments: Identity.allCases)
        func runsAsRootInside(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let output = try bundle.output("id -u; id -g; hostname")
                #expect(output == "0\n0\nrunc")
            }
        }

        @Test(arguments: Identity.allCases)
        func livesThroughItsStates(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                #expect(try bundle.status() == "created")
                try bundle.start()
                #expect(try bundle.status() == "running")
                #expect(try bundle.execOutput("id -u") == "0")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("delete", bundle.id).succeeded)
            }
        }
    }
}
