import CgroupControl
import IDMapping
import LinuxKernel
import RuntimeSpec

/// What the command line says of how a container is made.
public struct InitRequest: Sendable {
    public var id: String
    public var noPivot = false
    public var noNewKeyring = false
    /// How many descriptors from 3 on are passed to the process.
    public var preservedDescriptors: Int32 = 0

    public init(id: String) { self.id = id }
}

/// How a container is made: a value, from which the parent clones and maps, and which the child then follows step by step.
public struct InitPlan: Sendable {
    public let namespaces: NamespacePlan
    /// nil where no user namespace is made.
    public let uidMapWriting: MapWriting?
    public let gidMapWriting: MapWriting?
    public let sources: [MountSource]
    public let sourceOpener: SourceOpener
    /// The place of the root file system in `sources`; nil without a mount namespace.
    public let rootSource: Int?
    public let steps: [InitStep]
    public let process: ProcessPlan
    /// nil where the caller's is kept.
    public let keyring: SessionKeyring?
    /// Moved by the runtime, once the namespace is there; set up by it too where that is joined, else by init.
    public let networkDevices: [NetworkDevicePlan]
    public let hooks: Hooks
    /// Shown to the container, each its own part.
    public let cgroupHierarchies: CgroupHierarchies
    public let warnings: [String]
    /// Later commands look into the container as the owner of its user namespace, not as root.
    public let isJoinedByOwner: Bool
}

extension InitPlan {
    /// Decides everything. Throws for what cannot work, before anything is made.
    ///
    /// - Parameters:
    ///   - spec: already validated on its own.
    ///   - seccomp: the filter that `linux.seccomp` was compiled to.
    public init(_ spec: Spec, seccomp: ProcessPlan.SeccompPlan?, request: InitRequest, facts: HostFacts) throws(PlanError) {
        let rootlessEUID = facts.privilege.rootlessEUID
        guard let process = spec.process else { throw PlanError("process: is missing") }
        guard let root = spec.root else { throw PlanError("root: is missing") }
        let linux = spec.linux
        let namespaces = try NamespacePlan(linux)
        let inUserNamespace = namespaces.userNamespace != .none
        networkDevices = try NetworkDevices.plan(
            linux.netDevices, namespaces: namespaces, rootlessEUID: rootlessEUID, facts: facts.networkDevices)

        // Ids
        let ids = try IDPlan(linux, user: process.user, namespaces: namespaces, facts: facts)

        var warnings: [String] = []

        // Mounts
        var planner = MountPlanner(
            spec: spec, namespaces: namespaces, facts: facts, rootlessEUID: rootlessEUID, uidMap: ids.uidMap, gidMap: ids.gidMap)
        let rootfs = root.path.isAbsolutePath ? root.path : facts.bundle + "/" + root.path
        let ownsMounts = namespaces.isNew(.mount)
        if !ownsMounts { try spec.requireNothingMounted(noPivot: request.noPivot) }
        let rootSource = ownsMounts ? planner.addSource(rootfs, recursive: true) : nil
        let mountSteps = ownsMounts ? try planner.steps() : []
        warnings += planner.warnings
        let bindsDevices = inUserNamespace || !facts.identity.inInitialUserNamespace
        if ownsMounts && bindsDevices { warnings += Devices.warnings(linux.devices) }

        self.namespaces = namespaces
        uidMapWriting = ids.uidMapWriting
        gidMapWriting = ids.gidMapWriting
        sources = planner.sources
        self.rootSource = rootSource
        let opensSources = planner.sources.contains { $0.idMapping != nil || $0.disk != nil } || inUserNamespace && !rootlessEUID && facts.hasSysAdmin
        sourceOpener = opensSources ? .runtime : .initProcess
        hooks = spec.hooks
        cgroupHierarchies = facts.cgroupHierarchies

        let capabilities = CapabilityPlan(
            process.capabilities ?? Capabilities(), obtainable: inUserNamespace ? facts.allCapabilities : facts.permittedCapabilities,
            last: facts.lastCapability, warnings: &warnings)
        try capabilities.validate()
        self.process = try ProcessPlan(
            process, linux, groups: ids.groups, capabilities: capabilities, seccomp: seccomp,
            preservedDescriptors: request.preservedDescriptors, facts: facts)
        keyring = request.noNewKeyring ? nil : SessionKeyring(container: request.id, process)
        self.warnings = warnings
        isJoinedByOwner = rootlessEUID && inUserNamespace

        var steps: [InitStep] = []
        if namespaces.route == .direct { steps += namespaces.joins.map { .joinNamespace($0) } }
        if ownsMounts {
            let propagation = linux.rootfsPropagation?.change
            // What is unbindable cannot be copied, neither as a source nor to be masked: until the end it is only private.
            let whileMounting = propagation?.type == .unbindable ? .privately : propagation?.type ?? .slave
            // A shared root is wanted where mounts of the container are to reach the host (Kubernetes' rshared volumes).
            steps.append(.setPropagationOfAll(whileMounting))
            if whileMounting == .shared { steps.append(.isolateParentOfRoot(path: rootfs)) }
            if sourceOpener == .initProcess { steps.append(.openSources) }
            // The copies are peers of the host's mounts by now. What stays outside of the root only receives: nothing that is
            // mounted or unmounted there may reach the host.
            if whileMounting == .shared { steps.append(.setPropagationOfAll(.slave)) }
        }
        if let user = ids.setupUser { steps.append(.becomeSetupUser(user)) }
        if namespaces.createsCgroupNamespace { steps.append(.createCgroupNamespace) }
        if let keyring { steps.append(.joinSessionKeyring(keyring)) }
        if namespaces.isNew(.network) { steps.append(.bringUpLoopback) }
        // A network namespace that is joined may be the host's to change, and not of our user namespace's root: then the runtime does it.
        if namespaces.isNew(.network) { steps += networkDevices.map { .setUpNetworkDevice($0) } }
        if let hostname = spec.hostname, !hostname.isEmpty { steps.append(.setHostname(hostname)) }
        if let domainname = spec.domainname, !domainname.isEmpty { steps.append(.setDomainname(domainname)) }
        if ownsMounts {
            steps.append(.attachRoot(path: rootfs))
            steps += mountSteps.map { .mount($0) }
            if !mountSteps.shareDev {
                steps += Devices.steps(linux.devices, areBound: bindsDevices)
            }
            steps.append(.closeSources)
        }
        // Hooks may mount more: all that was configured is there for them, and what is still made finds what they have mounted.
        if !spec.hooks.prestart.isEmpty || !spec.hooks.createRuntime.isEmpty { steps.append(.awaitRuntimeHooks) }
        if !spec.hooks.createContainer.isEmpty { steps.append(.runContainerHooks(rootfs: rootfs)) }
        if process.terminal { steps.append(.openTerminal(size: self.process.terminalSize, withConsole: ownsMounts)) }
        if ownsMounts {
            steps.append(.makeWorkingDirectory(process.cwd))
            steps.append(.enterRoot(request.noPivot ? .move : .pivot))
        } else {
            if !namespaces.own.contains(.mount) { steps.append(.enterRoot(.changeRoot(path: rootfs))) }
            steps.append(.makeWorkingDirectory(process.cwd))
        }
        if !linux.sysctl.isEmpty {
            let fields = [("hostname", spec.hostname), ("domainname", spec.domainname)].filter { $0.1 != nil }.map(\.0)
            steps += try Sysctl.steps(linux.sysctl, own: namespaces.own, ours: facts.joinedOwnNamespaces, fields: Set(fields))
        }
        if ownsMounts {
            steps += linux.readonlyPaths.map { .makeReadOnly(path: $0) }
            steps += linux.maskedPaths.map { .mask(path: $0) }
            if mountSteps.contains(where: \.becomesReadOnly) { steps.append(.makeMountsReadOnly) }
            if root.readonly { steps.append(.makeRootReadOnly) }
            if let change = linux.rootfsPropagation?.change { steps.append(.setRootPropagation(change.type, recursive: change.recursive)) }
        }
        self.steps = steps
    }
}

extension RootfsPropagation {
    var change: MountOptions.PropagationChange {
        switch self {
        case .shared: .init(type: .shared, recursive: false)
        case .slave: .init(type: .slave, recursive: false)
        case .private: .init(type: .privately, recursive: false)
        case .unbindable: .init(type: .unbindable, recursive: false)
        case .rshared: .init(type: .shared, recursive: true)
        case .rslave: .init(type: .slave, recursive: true)
        case .rprivate: .init(type: .privately, recursive: true)
        case .runbindable: .init(type: .unbindable, recursive: true)
        }
    }
}
