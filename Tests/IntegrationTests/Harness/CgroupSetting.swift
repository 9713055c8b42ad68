import Testing

/// Who asks for a cgroup, and who makes it: a row of the matrix in which limits and the commands that live on them are tested.
struct CgroupSetting: Sendable, Equatable, CustomTestStringConvertible {
    let identity: Identity
    let driver: CgroupDriver

    var testDescription: String { "\(identity.rawValue), \(driver.rawValue)" }

    /// Those on this machine whose cgroups are theirs to write: limits hold, or it is an error.
    static let delegated = rows([.root]) + (HostFeature.delegation.isThere() ? rows([.delegated, .delegatedUserNamespace]) : [])
    /// Those that may write none: forgiven where nothing was asked for.
    static let refused = rows([.oneID, .subordinateRanges, .rootInUserNamespace])

    private static func rows(_ identities: [Identity]) -> [CgroupSetting] {
        let drivers: [CgroupDriver] = HostFeature.systemd.isThere() ? [.cgroupfs, .systemd] : [.cgroupfs]
        return identities.flatMap { identity in drivers.map { CgroupSetting(identity: identity, driver: $0) } }
    }
}
