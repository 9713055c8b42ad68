import CgroupControl
import IDMapping
import LinuxKernel
import RuntimeSpec

/// `mounts` of config.json → steps: which file system, which source, and what happens where the kernel refuses.
struct MountPlanner {
    let spec: Spec
    let namespaces: NamespacePlan
    let facts: HostFacts
    let rootlessEUID: Bool
    /// Of the user namespace that the container is in; nil where it is the initial one, or not known.
    let gidMap: IDMap?
    let uidMap: IDMap?

    private(set) var sources: [MountSource] = []
    private(set) var warnings: [String] = []

    init(spec: Spec, namespaces: NamespacePlan, facts: HostFacts, rootlessEUID: Bool, uidMap: IDMap?, gidMap: IDMap?) {
        self.spec = spec
        self.namespaces = namespaces
        self.facts = facts
        self.rootlessEUID = rootlessEUID
        self.uidMap = uidMap
        self.gidMap = gidMap
    }

    /// Of the file systems that are made for the container; the kernel's own (proc, sysfs, cgroup) have their labels.
    private var label: String? { spec.linux.mountLabel.flatMap { $0.isEmpty ? nil : $0 } }

    private var inUserNamespace: Bool { namespaces.userNamespace != .none }

    mutating func addSource(
        _ path: String, recursive: Bool, optional: Bool = false, idMapping: MountIDMapping? = nil, disk: MountSource.Disk? = nil
    ) -> Int {
        // Never one for two mounts: attaching a copy again takes it away from where it was.
        sources.append(MountSource(path: path, recursive: recursive, optional: optional, idMapping: idMapping, disk: disk))
        return sources.count - 1
    }

    mutating func steps() throws(PlanError) -> [MountStep] {
        if let label, !facts.hasSELinux {
            throw PlanError("linux.mountLabel: \(label): SELinux is not enabled in this kernel", hint: "remove the field")
        }
        var steps: [MountStep] = []
        for (index, mount) in spec.mounts.enumerated() { steps.append(try step(mount, field: "mounts[\(index)]")) }
        return steps
    }

    private mutating func step(_ mount: Mount, field: String) throws(PlanError) -> MountStep {
        var options = MountOptions(mount.options)
        let destination = mount.destination.isAbsolutePath ? mount.destination : "/" + mount.destination
        let type = mount.type ?? ""
        try ProcDestinations.check(destination, type: type, field: field)
        let idMapping = try idMapping(mount, options, field: field)
        let name = "\(field) (\(type.isEmpty ? mount.source ?? "bind" : type) on \(destination))"
        func make(_ content: MountStep.Content, fallback: MountStep.Fallback = .none, rootLabel: String? = nil) -> MountStep {
            MountStep(destination: destination, content: content, options: options, fallback: fallback, rootLabel: rootLabel, name: name)
        }
        if options.remount {
            for option in options.data where Mounts.isOnlyForMount(option) {
                warnings.append("\(field).options: \(option.text) is left out: only a new file system can have it")
            }
            return make(.remount(options: options.data.filter { !Mounts.isOnlyForMount($0) }))
        }
        if let binding = options.binding ?? (type == "bind" ? .plain : nil) {
            guard let source = mount.source, !source.isEmpty else { throw PlanError("\(field).source: is missing, and a bind mount needs one") }
            let path = source.isAbsolutePath ? source : facts.bundle + "/" + source
            if binding == .recursive { protectHostCgroups(below: path, &options) }
            return make(.bind(source: addSource(path, recursive: binding == .recursive, idMapping: idMapping)))
        }
        guard idMapping == nil else { throw PlanError("\(field): only a bind mount can be id-mapped", hint: "give it the option bind or rbind") }
        guard !type.isEmpty else { throw PlanError("\(field).type: is missing, and the options name no bind mount") }

        guard !options.copiesUp || type == "tmpfs" else { throw PlanError("\(field).options: tmpcopyup: only a tmpfs can have it") }

        switch type {
        case "cgroup":
            guard !destination.pathComponentsResolvingDots.isEmpty else { throw PlanError("\(field).destination: a cgroup mount cannot be the root") }
            options.data = []
            // A namespace that is joined may begin above the container's cgroup.
            return make(facts.cgroupHierarchies.isUnified ? .cgroup2(fresh: namespaces.createsCgroupNamespace) : .cgroupTmpfs)
        case "proc":
            return make(fileSystem(type, mount, options), fallback: fallback(for: .pid, hostPath: "/proc"))
        case "sysfs":
            return make(fileSystem(type, mount, options), fallback: fallback(for: .network, hostPath: "/sys"))
        case "mqueue":
            // The kernel has made it with the namespace; another's is labelled already.
            return make(
                fileSystem(type, mount, options), fallback: fallback(for: .ipc, hostPath: "/dev/mqueue"),
                rootLabel: namespaces.isNew(.ipc) ? label : nil)
        default:
            try dropUnmappedIDs(&options, type: type, field: field)
            if let label { options.data.append(FileSystemOption("context", label)) }
            guard let source = mount.source, facts.disks.contains(source) else { return make(fileSystem(type, mount, options)) }
            // It is read-only in full, or its journal would be replayed, and a device that cannot be written refused. Others are so
            // only where they are mounted: some are one with the host's.
            if options.set.union(options.recursiveSet).contains(.readOnly) { options.data.append(FileSystemOption("ro")) }
            guard Mounts.isForFSConfig(source: source, options.data) else { return make(fileSystem(type, mount, options)) }
            return make(.disk(source: addSource(source, recursive: false, disk: MountSource.Disk(type: type, options: options.data, name: name))))
        }
    }

    /// What is bound read-only of the host's /sys is read-only in full: below it lie the host's cgroups, of which some are the user's own,
    /// and the container's root may be the user (CVE-2023-25809). An explicit `rrw` is taken at its word.
    private func protectHostCgroups(below path: String, _ options: inout MountOptions) {
        guard path.pathComponentsResolvingDots.first == "sys", options.set.contains(.readOnly), !options.recursiveClear.contains(.readOnly),
            inUserNamespace || !facts.identity.inInitialUserNamespace
        else { return }
        options.recursiveSet.formUnion(.readOnly)
    }

    /// The mount's own maps; without them those of the container's user namespace. Nil where none is asked for.
    private func idMapping(_ mount: Mount, _ options: MountOptions, field: String) throws(PlanError) -> MountIDMapping? {
        let hasOwnMaps = !mount.uidMappings.isEmpty
        guard hasOwnMaps || options.idMapping != nil else { return nil }
        if rootlessEUID {
            throw PlanError(
                "\(field): id-mapped mounts are not permitted without privileges",
                hint: "remove uidMappings, gidMappings, idmap and ridmap of this mount")
        }
        let isRecursive = options.idMapping == .recursive
        if !hasOwnMaps {
            switch namespaces.userNamespace {
            case .joined(let path): return MountIDMapping(.namespace(path: path), isRecursive: isRecursive)
            case .new: break
            case .none:
                throw PlanError(
                    "\(field).options: idmap: there are no ids to map to: the container has no user namespace",
                    hint: "give the mount uidMappings and gidMappings")
            }
        }
        do throws(IDMapError) {
            let linux = spec.linux
            let uids = try IDMap(validating: (hasOwnMaps ? mount.uidMappings : linux.uidMappings).map(\.range), kind: .uid)
            let gids = try IDMap(validating: (hasOwnMaps ? mount.gidMappings : linux.gidMappings).map(\.range), kind: .gid)
            return MountIDMapping(.maps(uids: uids, gids: gids), isRecursive: isRecursive)
        } catch { throw PlanError("\(field): \(error.message)", hint: error.hint) }
    }

    private func fileSystem(_ type: String, _ mount: Mount, _ options: MountOptions) -> MountStep.Content {
        .fileSystem(type: type, source: mount.source, options: options.data)
    }

    /// In a user namespace a new instance shows a namespace that must be the container's own. Where it shares the
    /// host's, the host's mount shows the same; where it has its own, the host's mount would show too much.
    private mutating func fallback(for kind: NamespaceKind, hostPath: String) -> MountStep.Fallback {
        guard inUserNamespace || !facts.identity.inInitialUserNamespace, !namespaces.own.contains(kind) else { return .none }
        return .bind(source: addSource(hostPath, recursive: true, optional: true))
    }

    /// The kernel refuses `uid=` and `gid=` of ids that the user namespace does not map.
    private mutating func dropUnmappedIDs(_ options: inout MountOptions, type: String, field: String) throws(PlanError) {
        for option in options.data {
            guard let map = option.key == "uid" ? uidMap : option.key == "gid" ? gidMap : nil,
                let id = option.value.flatMap(UInt32.init), !map.contains(containerID: id)
            else { continue }
            if type == "devpts" {
                options.data.removeAll { $0 == option }
                warnings.append("\(field).options: \(option.text) of devpts is left out: the user namespace does not map \(option.key) \(id)")
            } else {
                throw PlanError("\(field).options: \(option.text): the user namespace does not map \(option.key) \(id)")
            }
        }
    }
}
