import CgroupControl
import CheckpointRestore
import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// A container that CRIU restored: what there is of it, and how all of it goes away again.
final class ContainerRestoration: HeldContainer {
    private static let logName = "restore.log"

    let prepared: PreparedContainer
    let directory: ContainerDirectory
    let log: RuntimeLog
    private var cgroups: CgroupKeeper?
    /// The first process, as soon as CRIU has told of it. It is our child.
    private var restored: ChildProcess?
    private var terminal: OwnedDescriptor?
    /// What failed on our side, of which CRIU only hears that it failed.
    private var failure: RuntimeError?

    /// Restores it up to the moment in which its processes run. On an error all that was made goes away.
    static func make(_ prepared: PreparedContainer, _ request: RestoreRequest, criu: CRIU, log: RuntimeLog) throws(RuntimeError) -> ContainerRestoration {
        let image = try ImageDirectory(opening: request.image)
        let descriptors = try image.loadDescriptors()
        let restoration = ContainerRestoration(prepared, try prepared.store.create(prepared.id), log)
        do throws(RuntimeError) { try restoration.perform(request, image, descriptors, criu) } catch {
            restoration.cleanUp()
            throw restoration.failure ?? error
        }
        return restoration
    }

    private init(_ prepared: PreparedContainer, _ directory: ContainerDirectory, _ log: RuntimeLog) {
        self.prepared = prepared
        self.directory = directory
        self.log = log
    }

    var process: ChildProcess {
        _read { yield restored! }
    }

    func takeTerminal() -> OwnedDescriptor? { terminal.take() }

    private func perform(_ request: RestoreRequest, _ image: ImageDirectory, _ descriptors: [String], _ criu: CRIU) throws(RuntimeError) {
        let mounts = try RestoredMounts(making: prepared.plan)
        let keeper = try CgroupKeeper(prepared, journal: CgroupJournal(directory: directory), log: log)
        cgroups = keeper
        try keeper.makeResctrlGroup(prepared)
        let namespaces = prepared.bundle.spec.linux.namespaces
        var options = CRIUOptions(restore: request.restore, image: request.image, namespaces: namespaces)
        image.describe(in: &options, logName: Self.logName)
        options.configFile = try CRIUConfiguration.path(prepared.bundle.spec.annotations, log: log)
        let root = try mountRoot()
        options.root = root.path
        options.isUnprivileged = prepared.facts.privilege.rootlessEUID
        let inherited = try inherit(namespaces, descriptors, &options)

        let yards = try image.cgroupYards()
        let worker: CRIUWorker
        do throws(CRIUError) {
            worker = try CRIUWorker(criu.path, environment: criu.environment, streams: .inherited, inherited: inherited)
        } catch { throw RuntimeError(error) }
        // What CRIU restores begins in CRIU's own cgroup; where the image's cgroups go is told by it, too.
        try keeper.place(pid: worker.pid)
        try keeper.joinResctrlGroup(pid: worker.pid)
        options.cgroupRoots = try cgroupRoots(of: worker.pid)
        options.externals = try externals(mounts, cgroups: keeper.shown(of: prepared.facts.cgroupHierarchies))
        do throws(CRIUError) {
            _ = try worker.perform(CRIURequest(.restore, options: options), log: image.log(Self.logName)) { notification in
                do throws(RuntimeError) {
                    try handle(notification)
                    return true
                } catch {
                    failure = failure ?? error
                    return false
                }
            }
            try worker.wait()
        } catch {
            do throws(RuntimeError) { try image.removeCgroupYards(besides: yards) } catch { log.warning(error.line) }
            throw RuntimeError(error)
        }
        do throws(KernelError) { try root.unmount() } catch { throw RuntimeError("unmounting \(root.path)", error) }
        guard restored != nil else { throw RuntimeError("CRIU restored container \(prepared.id.text), but did not tell of its first process") }
    }

    private func mountRoot() throws(RuntimeError) -> RestoreRoot {
        do throws(KernelError) { return try RestoreRoot(mounting: prepared.bundle.rootfs, in: directory) } catch {
            throw RuntimeError("root.path \(prepared.bundle.rootfs)", error)
        }
    }

    private func externals(_ mounts: RestoredMounts, cgroups: [String: ShownCgroup]) throws(RuntimeError) -> [CRIUOptions.External] {
        do throws(KernelError) {
            let host = MountInfo.parse(try prepared.probe.procfs.read("self/mountinfo")), notify = try NotifyRelay.restoredMount(directory)
            return mounts.externals(cgroups: cgroups, host: host) + [.mount(notify.destination, notify.source)]
        } catch { throw RuntimeError("the mounts of container \(prepared.id.text)", error) }
    }

    /// Opens what CRIU inherits, and names it.
    private func inherit(_ namespaces: [Namespace], _ descriptors: [String], _ options: inout CRIUOptions) throws(RuntimeError) -> [SharedDescriptor] {
        var inherited: [SharedDescriptor] = []
        do throws(CRIUError) {
            let plan = try JoinedNamespaces.plan(restore: namespaces)
            options.joined = plan.joined
            for (name, path) in plan.inherited {
                do throws(KernelError) { inherited.append(SharedDescriptor(try FileDescriptor.currentDirectory.open(path, .readOnly))) } catch {
                    throw CRIUError("linux.namespaces: \(path)", cause: error.errno.text)
                }
                options.inherited.append(.init(key: name, descriptor: CRIUWorker.firstInherited + Int32(inherited.count) - 1))
            }
        } catch { throw RuntimeError(error) }
        options.inherited += StandardStreams.inherited(descriptors)
        return inherited
    }

    private func cgroupRoots(of pid: Int32) throws(RuntimeError) -> [CRIUOptions.CgroupRoot] {
        do throws(KernelError) {
            return CgroupMembership.parse(try prepared.probe.procfs.read("\(pid)/cgroup")).map { .init(controllers: $0.controllers, path: $0.path) }
        } catch { throw RuntimeError("cgroups of CRIU", error) }
    }

    // MARK: on the way

    private func handle(_ notification: CRIUNotification) throws(RuntimeError) {
        switch notification.event {
        case .setupNamespaces:
            guard let pid = notification.pid else { throw RuntimeError("CRIU did not tell whose namespaces it has made") }
            try adopt(pid)
            if prepared.plan.namespaces.isNew(.network) { try bringUpLoopback(pid) }
            try prepared.hooks.runPrestartAndCreateRuntime(pid: pid)
        case .orphanTerminal: terminal = notification.takeDescriptor()
        case .postRestore:
            guard let pid = notification.pid else { throw RuntimeError("CRIU did not tell which process it has restored") }
            try adopt(pid)
            var state = try prepared.savedState(initPID: process.pid, cgroup: cgroups!.cgroup, resctrl: cgroups!.resctrl)
            if try hasTimeNamespace(process.pid), !state.config.namespaces.contains(where: { $0.type == .time }) {
                state.config.namespaces.append(Namespace(.time))
            }
            try prepared.stage(state, in: directory)
            try directory.publishState()
        case .networkLock, .networkUnlock, .statusReady, nil: break
        }
    }

    /// Where the kernel has them CRIU makes one, be it asked for or not, so that clocks go on from where they were.
    private func hasTimeNamespace(_ pid: Int32) throws(RuntimeError) -> Bool {
        do throws(KernelError) {
            return try prepared.probe.procfs.namespaceInode("\(pid)", .time) != prepared.probe.procfs.namespaceInode("self", .time)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw RuntimeError("the time namespace of the restored process", error)
        }
    }

    private func adopt(_ pid: Int32) throws(RuntimeError) {
        if restored != nil { return }
        do throws(KernelError) { restored = try ChildProcess(opening: pid) } catch { throw RuntimeError("the restored process", error) }
    }

    /// The image holds no devices, and the one that every namespace has is down in a new one.
    private func bringUpLoopback(_ pid: Int32) throws(RuntimeError) {
        do throws(KernelError) {
            let namespace = try prepared.probe.procfs.openNamespace("\(pid)", .network)
            try ChildProcess.perform(in: namespace, .network) { () throws(KernelError) in try LoopbackInterface.bringUp() }
        } catch { throw RuntimeError("bringing up the loopback interface", error) }
    }

    // MARK: the end

    /// The first error is the one that counts; what fails of the cleaning up is left for `delete`.
    private func cleanUp() {
        do throws(RuntimeError) {
            if restored != nil {
                do throws(KernelError) {
                    try process.signal(SIGKILL)
                    _ = try process.wait()
                } catch { if error.errno != .noSuchProcess && error.errno != .noChildProcess { throw RuntimeError("killing what CRIU has restored", error) } }
            }
            try cgroups?.remove(withProcesses: true)
            try prepared.store.remove(directory, thenRunning: restored == nil ? nil : prepared.hooks, log: log)
        } catch { log.warning("cleaning up: \(error.line)") }
    }
}
