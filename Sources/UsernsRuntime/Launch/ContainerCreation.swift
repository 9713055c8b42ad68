import CgroupControl
import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// A container that was made and waits for its release: what there is of it, and how all of it goes away again.
final class ContainerCreation: HeldContainer {
    let prepared: PreparedContainer
    let directory: ContainerDirectory
    let launched: ProcessLauncher.Launched
    let log: RuntimeLog

    /// Makes it up to the moment in which init is set up and state.json is written. On an error all that was made goes away.
    ///
    /// - Parameter waitsForStart: after its release init waits on exec.fifo, as `create` leaves it.
    static func make(_ prepared: PreparedContainer, waitsForStart: Bool, log: RuntimeLog) throws(RuntimeError) -> ContainerCreation {
        let directory = try prepared.store.create(prepared.id)
        var cgroups: CgroupKeeper?
        var wasLaunched = false
        do throws(RuntimeError) {
            let fifo = try makeFiles(directory, prepared.plan, waitsForStart: waitsForStart)
            let sources = try openSources(prepared.plan, prepared.probe.procfs, prepared.wording)
            let keeper = try CgroupKeeper(prepared, journal: CgroupJournal(directory: directory), log: log)
            cgroups = keeper
            try keeper.makeResctrlGroup(prepared)
            // A process between would count for a limit of one.
            let unified = prepared.plan.namespaces.route == .direct ? try keeper.openCloneDirectory() : nil
            wasLaunched = true
            return try ContainerCreation(prepared, directory, log, keeper, unified: unified, sources: sources, fifo: fifo)
        } catch {
            // The first error is the one that counts; what fails of the cleaning up is left for `delete`, with the hooks.
            do throws(RuntimeError) {
                try cgroups?.remove(withProcesses: wasLaunched)
                try prepared.store.remove(directory, thenRunning: wasLaunched ? prepared.hooks : nil, log: log)
            } catch let second { log.warning("cleaning up: \(second.line)") }
            throw error
        }
    }

    private init(
        _ prepared: PreparedContainer, _ directory: ContainerDirectory, _ log: RuntimeLog, _ keeper: CgroupKeeper, unified: SharedDescriptor?,
        sources: MountSources, fifo: SharedDescriptor?
    ) throws(RuntimeError) {
        self.prepared = prepared
        self.directory = directory
        self.log = log
        let plan = prepared.plan, procfs = prepared.probe.procfs
        let launcher = ProcessLauncher(
            process: plan.process, needsIntermediate: plan.namespaces.route == .intermediate,
            cloneFlags: plan.namespaces.route == .direct ? plan.namespaces.cloneFlags : 0,
            forgivesOutOfMemoryScore: prepared.facts.privilege.rootlessEUID, procfs: procfs, wording: prepared.wording, log: log,
            closedInChild: [directory])
        let child = InitProcess(
            plan: plan, sources: sources, cgroups: keeper.shown(of: prepared.facts.cgroupHierarchies), fifo: fifo, procfs: procfs,
            hookState: { prepared.hookState($0, $1) })
        func stage(_ pid: Int32) throws(RuntimeError) {
            try prepared.stage(try prepared.savedState(initPID: pid, cgroup: keeper.cgroup, resctrl: keeper.resctrl), in: directory)
        }
        // Where a hook has run, poststop hooks are owed, whatever kills us: the runtime's come after it is staged, but init's
        // own would not wait for that.
        let stagesFirst = !plan.hooks.createContainer.isEmpty && !plan.hooks.poststop.isEmpty
        let steps = ProcessLauncher.Steps(
            cgroupDirectory: unified,
            mapIDs: { (pid) throws(RuntimeError) in try IDMapWriter(procfs: procfs).write(plan, pid: pid) },
            joinCgroup: { (pid) throws(RuntimeError) in try keeper.place(pid: pid) },
            joinResctrlGroup: { (pid) throws(RuntimeError) in try keeper.joinResctrlGroup(pid: pid) },
            prepareNamespaces: { (pid) throws(RuntimeError) in
                try Self.close(sources)
                try NetworkDeviceMover.move(plan, pid: pid, procfs: procfs)
                if stagesFirst { try stage(pid) }
            },
            whileSettingUp: { (pid) throws(RuntimeError) in if !stagesFirst { try stage(pid) } },
            giveSeccompListener: { (listener, pid) throws(RuntimeError) in
                try SeccompAgent(profile: prepared.bundle.spec.linux.seccomp).send(listener, pid: pid, state: prepared.state("creating", pid))
            },
            runRuntimeHooks: { (pid) throws(RuntimeError) in try prepared.hooks.runPrestartAndCreateRuntime(pid: pid) })
        launched = try launcher.launch(steps) { channel in child.run(channel) }
        do throws(RuntimeError) { try directory.publishState() } catch {
            launcher.abandon(launched)
            throw error
        }
    }

    private static func makeFiles(_ directory: ContainerDirectory, _ plan: InitPlan, waitsForStart: Bool) throws(RuntimeError) -> SharedDescriptor? {
        do throws(KernelError) {
            if plan.rootSource != nil { try NotifyRelay.makeDirectory(directory) }
            guard waitsForStart else { return nil }
            try directory.makeFIFO(StartFIFO.name, mode: 0o622)
            // Init opens it again for writing as root of its user namespace, whose id need not be ours.
            try directory.changeMode(StartFIFO.name, 0o622)
            return SharedDescriptor(try directory.open(StartFIFO.name, [.path, .noFollow]))
        } catch { throw RuntimeError("making \(StartFIFO.name)", error) }
    }

    /// In our own mount namespace, with our privileges, where the plan says so.
    private static func openSources(_ plan: InitPlan, _ procfs: ProcessFileSystem, _ wording: FailureWording) throws(RuntimeError) -> MountSources {
        do throws(KernelError) {
            let sources = MountSources(try DescriptorLimit())
            guard plan.sourceOpener == .runtime, let rootSource = plan.rootSource else { return sources }
            let mapper = MountIDMapper(procfs)
            try sources.open(plan.sources) { (mount, mapping) throws(KernelError) in try mapper.map(mount, mapping) }
            let propagation = plan.steps.hostPropagation
            try sources.detachFromHost(propagation)
            // Volumes may stay peers of the host's mounts; the root would take all that is mounted in it there, and could not be pivoted to.
            if propagation == .shared, let root = sources[rootSource] { try Mounts.setPropagation(root, .privately, recursive: false) }
            return sources
        } catch { throw wording.sourceError(error) }
    }

    /// The child has them: our own hooks find the limit of descriptors as it was.
    private static func close(_ sources: MountSources) throws(RuntimeError) {
        do throws(KernelError) { try sources.close() } catch { throw RuntimeError("closing the sources of mounts", error) }
    }
}

extension [InitStep] {
    /// What the mounts of the host become in the container's mount namespace.
    var hostPropagation: MountPropagation {
        for case .setPropagationOfAll(let propagation) in self { return propagation }
        return .slave
    }
}
