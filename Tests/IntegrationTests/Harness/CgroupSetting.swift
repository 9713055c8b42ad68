import Testing

/// Who asks for a cgroup, and who makes it: a row of the matrix in which limits and the commands that live on them are tested.
struct CgroupSetting: Sendable, Equatable, CustomTestStringConvertible {
    let identity: Identity
    let driver: CgroupDriver
    var view = CgroupView.asMounted

    var testDescription: String { "\(identity.rawValue), \(driver.rawValue)" + (view == .asMounted ? "" : ", \(view.rawValue)") }

    /// Those on this machine whose cgroups are theirs to write: limits hold, or it is an error.
    static let delegated = rows([.root]) + (HostFeature.delegation.isThere() ? rows([.delegated, .delegatedUserNamespace]) : [])
    /// Those that may write none: forgiven where nothing was asked for. For root in a user namespace a systemd that does not answer
    /// counts as root's own, and is not forgiven (`CgroupRefusalTests`).
    static let refused = rows([.oneID, .subordinateRanges]) + [CgroupSetting(identity: .rootInUserNamespace, driver: .cgroupfs)]

    /// Those who have a cgroup for what needs no controller: to be frozen, listed, killed. Where version 1 has the controllers,
    /// version 2 without them as well; in the guest that is another boot.
    static let controlling = delegated + (HostFeature.cgroupV2.isThere() || Machine.guestHierarchy != nil ? [] : unified)

    private static let unified = [
        CgroupSetting(identity: .root, driver: .cgroupfs, view: .unified), CgroupSetting(identity: .oneID, driver: .cgroupfs, view: .delegated),
        CgroupSetting(identity: .subordinateRanges, driver: .cgroupfs, view: .delegated),
    ]

    /// Each of these with a yes and a no; in the guest, where time is dear, with one of both, and each driver has both.
    static func eitherWay(_ settings: [CgroupSetting]) -> [(CgroupSetting, Bool)] {
        settings.enumerated().flatMap { index, setting in
            (Machine.guestHierarchy == nil ? [true, false] : [(index + index / 2).isMultiple(of: 2)]).map { (setting, $0) }
        }
    }

    private static func rows(_ identities: [Identity]) -> [CgroupSetting] {
        let drivers: [CgroupDriver] = HostFeature.systemd.isThere() ? [.cgroupfs, .systemd] : [.cgroupfs]
        return identities.flatMap { identity in drivers.map { CgroupSetting(identity: identity, driver: $0) } }
    }
}
