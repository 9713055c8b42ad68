import RuntimeSpec

extension Resources {
    /// The groups of limits that are asked for. Device rules never count as limits of a rootless container, and in a user
    /// namespace they are skipped.
    func groupsPresent(inUserNamespace: Bool) -> [String] {
        let groups: [(String, Bool)] = [
            ("devices", !devices.isEmpty && !inUserNamespace), ("memory", memory != nil), ("cpu", cpu != nil), ("pids", pids != nil),
            ("blockIO", blockIO != nil), ("hugepageLimits", !hugepageLimits.isEmpty), ("network", network != nil),
            ("rdma", !rdma.isEmpty), ("unified", !unified.isEmpty),
        ]
        return groups.filter(\.1).map(\.0)
    }
}
