import CgroupControl
import ContainerPlan
import LinuxKernel
import RuntimeSpec

/// All that is decided of a container before anything of it exists: a request that cannot work has left nothing behind.
struct PreparedContainer {
    let id: ContainerID
    let bundle: Bundle
    let process: RuntimeSpec.Process
    let probe: HostProbe
    let store: StateStore
    let facts: HostFacts
    let plan: InitPlan
    let cgroupDriver: any CgroupDriver
    let cgroupRequest: CgroupRequest

    /// - Parameter tellsReadiness: its service tells a manager outside that it is ready; a restored one has told.
    init(_ request: CreateRequest, global: GlobalRequest, log: RuntimeLog, tellsReadiness: Bool = true) throws(RuntimeError) {
        id = try ContainerID(request.id)
        var bundle = try Bundle(request.bundle)
        let passed = try PassedDescriptors(preserve: request.preserveFDs)
        probe = try HostProbe()
        store = try StateStore(request: global, identity: probe.identity)
        bundle.spec.process?.env += passed.environment
        if tellsReadiness { NotifyRelay.addMount(&bundle.spec, containerPath: store.path + "/" + id.text) }
        guard let process = bundle.spec.process else { throw RuntimeError("process: is missing") }
        self.process = process
        self.bundle = bundle

        facts = try probe.facts(for: bundle.spec.linux, mounts: bundle.spec.mounts, process: process, bundle: bundle.path, request: global)
        cgroupDriver = global.systemdCgroup ? SystemdDriver(ofUser: facts.privilege.rootlessCgroups) : CgroupfsDriver()
        var initRequest = InitRequest(id: id.text)
        initRequest.noPivot = request.noPivot
        initRequest.noNewKeyring = request.noNewKeyring
        initRequest.preservedDescriptors = passed.count
        let seccomp = try SeccompCompilation.compile(bundle.spec.linux.seccomp, log: log)
        do throws(PlanError) { plan = try InitPlan(bundle.spec, seccomp: seccomp, request: initRequest, facts: facts) } catch { throw RuntimeError(error) }
        cgroupRequest = Self.cgroupRequest(bundle.spec, id: id.text, facts, global)
        for warning in bundle.spec.warnings + plan.warnings { log.warning(warning) }
    }

    private static func cgroupRequest(_ spec: Spec, id: String, _ facts: HostFacts, _ global: GlobalRequest) -> CgroupRequest {
        var request = CgroupRequest(
            containerID: id, cgroupsPath: spec.linux.cgroupsPath, hierarchies: facts.cgroupHierarchies, memberships: facts.cgroupMemberships)
        request.resources = spec.linux.resources ?? Resources()
        request.options = LimitOptions(global, facts.privilege, facts.identity)
        request.annotations = spec.annotations
        request.rootlessCgroups = facts.privilege.rootlessCgroups
        return request
    }

    /// Who may write in the container, as far as it is known.
    func protectExecutable() throws(RuntimeError) {
        try ExecutableProtection.protect(
            uidMap: plan.uidMapWriting?.map ?? facts.joinedUIDMap, gidMap: plan.gidMapWriting?.map ?? facts.joinedGIDMap)
    }

    var wording: FailureWording {
        FailureWording(
            steps: plan.steps, sources: plan.sources, namespaces: plan.namespaces.own, program: process.args.first ?? "", cwd: process.cwd,
            mountInfo: { [procfs = probe.procfs] in
                do throws(KernelError) { return MountInfo.parse(try procfs.read("self/mountinfo")) } catch { return [] }
            })
    }

    var hooks: RuntimeHooks { RuntimeHooks(hooks: bundle.spec.hooks, state: state) }

    func state(_ status: String, _ pid: Int32?) -> HookState {
        HookState(id: id.text, status: status, pid: pid, bundle: bundle.path, annotations: bundle.spec.annotations)
    }

    func hookState(_ status: String, _ pid: Int32?) -> String { state(status, pid).encoded(pretty: false) }

    /// What later commands will know of it.
    ///
    /// - Parameter initPID: in our PID namespace.
    func savedState(initPID: Int32, cgroup: ContainerCgroup, resctrl: ResctrlGroup?) throws(RuntimeError) -> SavedState {
        var state = SavedState()
        state.id = id.text
        state.initProcessPID = initPID
        do throws(KernelError) {
            guard let start = try OtherProcess.startTime(pid: initPID, probe.procfs) else { throw KernelError(.read, .noSuchProcess) }
            state.initProcessStart = start
            if !process.terminal { state.externalDescriptors = try StandardStreams.names(probe.procfs) }
        } catch { throw RuntimeError("the container's process", error) }
        state.created = Timestamp.now()
        state.rootless = facts.privilege.isRootless
        state.cgroupPaths = cgroup.directories
        state.intelRdtPath = resctrl?.path ?? ""

        let spec = bundle.spec
        state.config.rootfs = bundle.rootfs
        state.config.cgroups.path = spec.linux.cgroupsPath
        state.config.cgroups.paths = cgroup.directories.filter { cgroup.made.contains($0.value) }
        state.config.cgroups.systemd = cgroup.unit != nil
        state.config.cgroups.unit = cgroup.unit?.name
        state.config.cgroups.ofUser = cgroup.unit?.isOfUser ?? false
        state.config.cgroups.invocation = cgroup.unit?.invocation
        state.config.cgroups.limited = cgroup.limited.sorted()
        state.config.intelRdt = spec.linux.intelRdt
        state.config.namespaces = spec.linux.namespaces
        state.config.rootlessEUID = facts.privilege.rootlessEUID
        state.config.rootlessCgroups = facts.privilege.rootlessCgroups
        state.config.uidMappings = spec.linux.uidMappings
        state.config.gidMappings = spec.linux.gidMappings
        state.config.hooks = spec.hooks
        state.config.annotations = spec.annotations
        state.config.setLabels(bundle: bundle.path)
        state.config.version = spec.ociVersion
        state.config.resources = spec.linux.resources ?? Resources()
        return state
    }

    /// Leaves all in the directory that later commands need, but for the name by which they find it: `publishState` gives that.
    func stage(_ state: SavedState, in directory: ContainerDirectory) throws(RuntimeError) {
        try directory.note(NotedInit(state))
        try directory.save(savedProcess)
        try directory.stage(state)
    }

    /// What `exec` will take of it.
    private var savedProcess: SavedProcess {
        var saved = SavedProcess()
        saved.process = process
        saved.seccomp = bundle.spec.linux.seccomp
        saved.memoryPolicy = bundle.spec.linux.memoryPolicy
        saved.personality = bundle.spec.linux.personality
        saved.noNewKeyring = plan.keyring == nil
        return saved
    }
}
