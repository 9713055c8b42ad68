import CgroupControl
import ContainerPlan

/// Hosts on which plans are made: root's, a user's, and that of the root of a user namespace.
enum FuzzFacts {
    static let all: [HostFacts] = [(UInt32(0), true), (1000, true), (0, false)].map { uid, initial in
        let identity = Identity(effectiveUID: uid, effectiveGID: uid, inInitialUserNamespace: initial)
        return HostFacts(
            identity: identity, privilege: Privilege(of: identity, explicit: nil, systemdManagerOwner: nil),
            permittedCapabilities: uid == 0 ? (1 << 41) - 1 : 0, lastCapability: 40, bundle: "/bundle",
            cgroupHierarchies: CgroupHierarchies([.init(controllers: "", mountPoint: "/sys/fs/cgroup", root: "/")]))
    }
}
