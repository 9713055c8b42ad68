import Testing

extension IntegrationTests {
    /// `linux.resources`, until they are enforced: said once for each group, or refused where that is asked for.
    @Suite struct ResourceTests {
        static let groups: [(name: String, value: JSONValue)] = [
            ("memory", ["limit": 104_857_600]), ("cpu", ["shares": 512]), ("pids", ["limit": 100]), ("blockIO", ["weight": 100]),
            ("hugepageLimits", [["pageSize": "2MB", "limit": 4_194_304]]), ("network", ["classID": 1]), ("rdma", ["mlx5_1": ["hcaHandles": 3]]),
        ]

        @Test(arguments: Self.groups.map(\.name), [Identity.root, .oneID])
        func eachGroupIsWarnedAboutOnce(_ name: String, _ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.resources.\(name)"] = Self.groups.first { $0.name == name }!.value }
                let result = try bundle.sh("echo ran")
                #expect(result.succeeded && result.text == "ran", "\(result)")
                #expect(result.errors.count == 1 && result.stderr.contains(name), "\(result)")
                let strict = try bundle.run(global: ["--strict-limits"])
                #expect(strict.status == 1 && strict.errors.count == 1 && strict.stderr.contains(name), "\(strict)")
                #expect(strict.stdout.isEmpty)
            }
        }

        @Test func severalGroupsHaveAWarningEach() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { for group in Self.groups { $0["linux.resources.\(group.name)"] = group.value } }
                let result = try bundle.sh("echo ran")
                #expect(result.succeeded && result.errors.count == Self.groups.count, "\(result)")
            }
        }

        /// The default configuration has device rules. In a user namespace nobody can have them, and nobody needs to be told.
        @Test(arguments: Identity.allCases, [[], ["--strict-limits"]])
        func deviceRulesAreNoLimits(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.resources.devices"] = [["allow": false, "access": "rwm"]] }
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.run(global: options)
                #expect(result.succeeded, "\(result)")
                #expect(result.errors.count <= (identity == .root ? 1 : 0), "\(result)")
            }
        }
    }
}
