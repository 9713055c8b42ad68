import IDMapping
import LinuxKernel
import RuntimeSpec

/// Who is who in the container: the maps, how they are written, and as whom init works.
struct IDPlan {
    /// Of the user namespace that the container is in; nil where it is the initial one, or a joined one that is not known.
    let uidMap: IDMap?
    let gidMap: IDMap?
    let uidMapWriting: MapWriting?
    let gidMapWriting: MapWriting?
    let setupUser: SetupUser?
    /// What setgroups(2) gets; nil where it is denied.
    let groups: [UInt32]?

    init(_ linux: Linux, user: User, namespaces: NamespacePlan, facts: HostFacts) throws(PlanError) {
        switch namespaces.userNamespace {
        case .none:
            if facts.privilege.rootlessEUID {
                throw PlanError(
                    "linux.namespaces: a user namespace is needed without privileges",
                    hint: "runc spec --rootless writes a config.json that has one")
            }
            (uidMap, gidMap) = (facts.ownUIDMap, facts.ownGIDMap)
            (uidMapWriting, gidMapWriting, setupUser) = (nil, nil, nil)
            do throws(IDMapError) {
                try uidMap?.require(containerID: user.uid, field: "process.user.uid")
                try gidMap?.require(containerID: user.gid, field: "process.user.gid")
                if facts.setgroupsDenied, let gid = user.additionalGids.first { throw IDMapError.setgroupsDenied(gid: gid) }
            } catch { throw PlanError(error) }
            groups = facts.setgroupsDenied ? nil : user.additionalGids
        case .joined:
            try Self.requireSame(linux.uidMappings, facts.joinedUIDMap, .uid)
            try Self.requireSame(linux.gidMappings, facts.joinedGIDMap, .gid)
            (uidMap, gidMap, uidMapWriting, gidMapWriting) = (facts.joinedUIDMap, facts.joinedGIDMap, nil, nil)
            // Whether setgroups is denied there shows only inside: init asks the kernel, and only fails for a gid asked for.
            setupUser = SetupUser(user, uidMap: uidMap, gidMap: gidMap, dropsGroups: !facts.privilege.rootlessEUID)
            // The caller's are dropped by then.
            groups = user.additionalGids.isEmpty ? nil : user.additionalGids
        case .new:
            guard let uidFacts = facts.uidMapWriter, let gidFacts = facts.gidMapWriter else {
                throw PlanError("the facts about id maps are missing")
            }
            do throws(IDMapError) {
                let uids = try IDMap(validating: linux.uidMappings.map(\.range), kind: .uid)
                let gids = try IDMap(validating: linux.gidMappings.map(\.range), kind: .gid)
                let gidWriting = try MapWriting(of: gids, facts: gidFacts)
                uidMapWriting = try MapWriting(of: uids, facts: uidFacts)
                gidMapWriting = gidWriting
                try uids.require(containerID: user.uid, field: "process.user.uid")
                try gids.require(containerID: user.gid, field: "process.user.gid")
                try gidWriting.require(additionalGIDs: user.additionalGids)
                (uidMap, gidMap) = (uids, gids)
                setupUser = SetupUser(user, uidMap: uids, gidMap: gids, dropsGroups: gidWriting.setgroupsAllowedAfter)
                groups = gidWriting.setgroupsAllowedAfter ? user.additionalGids : nil
            } catch { throw PlanError(error) }
        }
    }

    /// Maps that are given beside a user namespace that is joined cannot be applied any more: they are the namespace's own, or
    /// the container would be another than was asked for. One whose maps cannot be read cannot be joined either.
    private static func requireSame(_ given: [LinuxIDMapping], _ own: IDMap?, _ kind: IDKind) throws(PlanError) {
        // What Podman sends for `--userns=container:` and `ns:`, because old runtimes wanted some map even then.
        let placeholder = LinuxIDMapping(containerID: 0, hostID: 0, size: 1)
        guard !given.isEmpty, given != [placeholder], let own else { return }
        let map: IDMap
        do throws(IDMapError) { map = try IDMap(validating: given.map(\.range), kind: kind) } catch { throw PlanError(error) }
        guard map.isSame(as: own) else {
            throw PlanError(
                "\(kind.specField): is not the map of the user namespace that linux.namespaces joins",
                hint: "leave it out: the namespace keeps its own, \(own.text.split(separator: "\n").joined(separator: ", "))")
        }
    }
}

extension SetupUser {
    /// Root of the namespace where it is mapped, else the process's own user: whoever makes files must have an id.
    init(_ user: User, uidMap: IDMap?, gidMap: IDMap?, dropsGroups: Bool) {
        uid = uidMap?.contains(containerID: 0) ?? true ? 0 : user.uid
        gid = gidMap?.contains(containerID: 0) ?? true ? 0 : user.gid
        self.dropsGroups = dropsGroups
    }
}

extension LinuxIDMapping {
    public var range: IDRange { IDRange(containerID: containerID, hostID: hostID, size: size) }
}

extension HostFacts {
    var allCapabilities: UInt64 { lastCapability >= 63 ? .max : (1 << UInt64(lastCapability + 1)) - 1 }
    var hasSysAdmin: Bool { permittedCapabilities & (1 << UInt64(Capability.sysAdmin.number)) != 0 }
}
