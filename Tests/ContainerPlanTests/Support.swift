import CgroupControl
import IDMapping
import LinuxKernel
import RuntimeSpec

@testable import ContainerPlan

let rootUser = Identity(effectiveUID: 0, effectiveGID: 0, inInitialUserNamespace: true)
let namespaceRoot = Identity(effectiveUID: 0, effectiveGID: 0, inInitialUserNamespace: false)
let alice = Identity(effectiveUID: 1000, effectiveGID: 1000, inInitialUserNamespace: true)
/// Not root inside of a user namespace either.
let namespaceUser = Identity(effectiveUID: 1000, effectiveGID: 1000, inInitialUserNamespace: false)

func map(_ kind: IDKind, _ lines: (containerID: UInt32, hostID: UInt32, size: UInt32)...) throws -> IDMap {
    try IDMap(validating: lines.map { IDRange(containerID: $0.containerID, hostID: $0.hostID, size: $0.size) }, kind: kind)
}

func mapping(_ containerID: UInt32, _ hostID: UInt32, _ size: UInt32) -> LinuxIDMapping {
    LinuxIDMapping(containerID: containerID, hostID: hostID, size: size)
}

private let everyCapability: UInt64 = (1 << 41) - 1

/// A host on which all is there, seen by someone.
func facts(_ identity: Identity) throws -> HostFacts {
    let isRoot = identity.effectiveUID == 0
    let caller = MappingCaller(
        effectiveUID: identity.effectiveUID, effectiveGID: identity.effectiveGID, realUID: identity.effectiveUID,
        realGID: identity.effectiveGID, userName: isRoot ? "root" : "alice", primaryGID: identity.effectiveGID, hasCapSetUID: isRoot,
        hasCapSetGID: isRoot, hasCapSetFCap: isRoot, noNewPrivileges: false, setgroupsDenied: false)
    func writer(_ kind: IDKind) throws -> MapWriterFacts {
        MapWriterFacts(
            caller: caller, ownMap: try map(kind, (0, 0, .max)),
            helper: MapHelperFacts(
                path: "/usr/bin/new\(kind == .uid ? "uid" : "gid")map", isSetuidRoot: true, hasFileCapability: false, isOnNosuidMount: false,
                servesOtherGroups: false),
            subordinates: SubordinateRanges([SubordinateRange(start: 100_000, count: 65_536)]))
    }
    return HostFacts(
        identity: identity, privilege: Privilege(of: identity, explicit: nil, systemdManagerOwner: nil),
        permittedCapabilities: isRoot ? everyCapability : 0, lastCapability: 40, uidMapWriter: try writer(.uid), gidMapWriter: try writer(.gid),
        bundle: "/bundle", cgroupHierarchies: CgroupHierarchies([.init(controllers: "", mountPoint: "/sys/fs/cgroup", root: "/")]))
}

/// The default configuration, changed.
func spec(rootless: Bool = false, _ change: (inout Spec) -> Void = { _ in }) -> Spec {
    var spec = Spec.defaultSpec()
    if rootless { spec.makeRootless(hostUID: 1000, hostGID: 1000) }
    spec.process?.terminal = false
    change(&spec)
    return spec
}

extension Spec {
    /// Asks for nothing that needs a mount namespace of the container's own.
    mutating func mountNothing() {
        mounts = []
        root?.readonly = false
        (linux.maskedPaths, linux.readonlyPaths) = ([], [])
    }
}

func plan(
    _ spec: Spec, _ facts: HostFacts, _ change: (inout InitRequest) -> Void = { _ in }
) throws(PlanError) -> InitPlan {
    var request = InitRequest(id: "demo")
    change(&request)
    return try InitPlan(spec, seccomp: nil, request: request, facts: facts)
}
