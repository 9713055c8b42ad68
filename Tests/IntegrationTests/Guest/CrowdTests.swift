import Testing

extension IntegrationTests.GuestTests {
    /// Many containers at once, made and deleted: the bundle's end finds what is left of them (cgroups, units, mounts, processes).
    @Suite struct CrowdTests {
        static let settings = CgroupSetting.delegated.filter { $0.identity != .delegatedUserNamespace }
            + CgroupSetting.refused.filter { $0.identity == .oneID && $0.driver == .cgroupfs }
        static let atOnce = 20
        /// 200 containers; in the guest, which is slower by as much, 20.
        static let rounds = Machine.guestHierarchy == nil ? 10 : 1

        /// Runs one command for each of the containers, all at once.
        private func each(_ bundle: Bundle, _ ids: [String], _ arguments: String..., times: Int = 1) throws {
            let running = try (0..<times).flatMap { _ in try ids.map { try bundle.runtimeCommand(arguments + [$0]).start() } }
            for command in running {
                let result = try command.wait()
                #expect(result.succeeded, "\(result)")
            }
        }

        private func crowd(_ setting: CgroupSetting, delete: (Bundle, [String]) throws -> Void) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { config in
                    config.setArguments(["sleep", "1000"])
                    if CgroupSetting.delegated.contains(setting) { config["linux.resources.pids.limit"] = 10 }
                }
                for _ in 0..<Self.rounds {
                    let ids = (0..<Self.atOnce).map { _ in bundle.anotherID() }
                    try each(bundle, ids, "create")
                    try each(bundle, ids, "start")
                    try delete(bundle, ids)
                }
                let left = try Leftovers(of: bundle).afterAWhile()
                #expect(left.isEmpty)
            }
        }

        @Test(arguments: Self.settings)
        func leavesNothing(_ setting: CgroupSetting) throws {
            try crowd(setting) { bundle, ids in
                try each(bundle, ids, "kill")
                try each(bundle, ids, "delete", "--force")
            }
        }

        /// Whichever comes first: the others find nothing left to do.
        @Test(arguments: Self.settings)
        func leavesNothingWhereDeletesRace(_ setting: CgroupSetting) throws {
            try crowd(setting) { bundle, ids in try each(bundle, ids, "delete", "--force", times: 3) }
        }
    }
}
