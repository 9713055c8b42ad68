import LinuxKernel
import RuntimeSpec

/// One more process in a container that is there: which namespaces it joins, and what it is.
public struct ExecPlan: Sendable {
    /// The container's own, joined by init's pidfd.
    public let namespaces: Set<NamespaceKind>
    public let setupUser: SetupUser?
    /// nil where the container was made with the caller's.
    public let keyring: SessionKeyring?
    public let process: ProcessPlan
    /// Where the process runs until it is in the container's cgroup, and from then on: bit n is CPU n.
    public let initialAffinity: [UInt64]?
    public let finalAffinity: [UInt64]?
    public let warnings: [String]

    /// A process of a PID namespace can only be cloned into it by one that joined it.
    public var needsIntermediate: Bool { namespaces.contains(.pid) }

    /// Joining a mount namespace leads to its root. Without one only the root of the container's init holds a process inside.
    public var changesRoot: Bool { !namespaces.contains(.mount) }

    /// - Parameters:
    ///   - linux: of the container's configuration, what concerns every one of its processes.
    ///   - own: the container's own namespaces, from its configuration.
    ///   - setgroupsDenied: what /proc/PID/setgroups of the container's init says.
    public init(
        _ process: RuntimeSpec.Process, _ linux: Linux, own: Set<NamespaceKind>, setgroupsDenied: Bool, seccomp: ProcessPlan.SeccompPlan?,
        keyring: SessionKeyring?, preservedDescriptors: Int32, facts: HostFacts
    ) throws(PlanError) {
        namespaces = own
        self.keyring = keyring
        var warnings: [String] = []
        let hasUserNamespace = own.contains(.user)
        if setgroupsDenied, let gid = process.user.additionalGids.first {
            throw PlanError(
                "process.user.additionalGids: gid \(gid): setgroups is denied in the container's user namespace",
                hint: "a container with a range of /etc/subgid has it: runc spec --rootless --subids")
        }
        if hasUserNamespace {
            if let map = facts.joinedUIDMap, !map.contains(containerID: process.user.uid) {
                throw PlanError("process.user.uid: the container's user namespace does not map uid \(process.user.uid)")
            }
            if let map = facts.joinedGIDMap, let gid = ([process.user.gid] + process.user.additionalGids).first(where: { !map.contains(containerID: $0) }) {
                throw PlanError("process.user.gid: the container's user namespace does not map gid \(gid)")
            }
            setupUser = SetupUser(process.user, uidMap: facts.joinedUIDMap, gidMap: facts.joinedGIDMap, dropsGroups: !setgroupsDenied)
        } else {
            setupUser = nil
        }
        let capabilities = CapabilityPlan(
            process.capabilities ?? Capabilities(), obtainable: hasUserNamespace ? facts.allCapabilities : facts.permittedCapabilities,
            last: facts.lastCapability, warnings: &warnings)
        try capabilities.validate()
        self.process = try ProcessPlan(
            process, linux, groups: setgroupsDenied ? nil : process.user.additionalGids, capabilities: capabilities, seccomp: seccomp,
            preservedDescriptors: preservedDescriptors, facts: facts)
        initialAffinity = process.execCPUAffinity?.initial.flatMap(NumberList.init)?.mask
        finalAffinity = process.execCPUAffinity?.final.flatMap(NumberList.init)?.mask
        self.warnings = warnings
    }
}
