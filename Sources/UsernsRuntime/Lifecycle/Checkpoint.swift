import CgroupControl
import CheckpointRestore
import ContainerPlan
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Saves a container to files. Afterwards it is gone, unless it is asked to stay.
    public func checkpoint(_ request: CheckpointRequest) throws(RuntimeError) {
        let probe = try HostProbe()
        let criu = try criu(for: "checkpoint", probe)
        let container = try openLocked(try ContainerID(request.id), probe)
        let state = try container.requireState()
        let status = try container.status()
        guard status.allows(.checkpoint), let process = try container.openInit() else {
            throw RuntimeError("cannot checkpoint container \(request.id): it is \(status.rawValue)", hint: "a container that runs, or is paused, can be saved")
        }
        try requireFeatures(request, criu)
        let directory = try ImageDirectory(making: request.image)
        if let parent = request.dump.parentPath { try directory.requireParent(parent) }
        if let root = state.config.gidMappings.first(where: { $0.containerID == 0 }) { try directory.letThrough(gid: root.hostID) }

        var options = CRIUOptions(dump: request.dump, image: request.image, namespaces: state.config.namespaces)
        let logName = "dump.log"
        directory.describe(in: &options, logName: logName)
        options.configFile = try CRIUConfiguration.path(state.config.annotations, log: log)
        options.pid = process.pid
        options.root = state.config.rootfs
        options.freezerDirectory = SavedCgroup(state).cgroup.freezer?.directory
        options.isUnprivileged = probe.privilege(self.request).rootlessEUID
        if !request.dump.isPreDump {
            options.externals = try container.externals(state, pid: process.pid)
            try directory.save(descriptors: state.externalDescriptors)
        }
        let aftermath = DumpAftermath(
            wasPaused: status == .paused, keepsTCPConnections: request.image.keepsTCPConnections, state: state, process: process.pidfd, criu: criu, log: log)
        var networkWasLocked = false
        do throws(RuntimeError) { try dump(request.dump, options, criu, directory.log(logName), aftermath, &networkWasLocked) } catch {
            throw aftermath.explain(error, networkWasLocked: networkWasLocked)
        }
        guard !request.dump.keepsContainer else { return }
        try container.destroy(store: try StateStore(request: self.request, identity: probe.identity), log: log)
    }
}

extension Runtime {
    /// What not every CRIU and kernel can do, asked before anything is stopped.
    private func requireFeatures(_ request: CheckpointRequest, _ criu: CRIU) throws(RuntimeError) {
        do throws(CRIUError) {
            if request.dump.isPreDump { try criu.require(.memoryTracking) }
            guard request.image.movesPagesLazily else { return }
            try criu.require(.lazyPages)
        } catch { throw RuntimeError(error) }
        if let number = request.dump.statusDescriptor {
            let descriptor = FileDescriptor(rawValue: number)
            guard descriptor.wasInherited, descriptor.isWritable else {
                throw RuntimeError("--status-fd \(number): is no descriptor of ours that can be written", hint: "open it for runc: --status-fd 3 3>FILE")
            }
        }
    }

    private func dump(
        _ dump: DumpSettings, _ options: CRIUOptions, _ criu: CRIU, _ log: CRIULog, _ aftermath: DumpAftermath, _ networkWasLocked: inout Bool
    ) throws(RuntimeError) {
        let worker: CRIUWorker
        do throws(CRIUError) { worker = try CRIUWorker(criu.path, environment: criu.environment, streams: .own) } catch { throw RuntimeError(error) }
        let watch = try DumpWatch(of: worker, aftermath)
        var failure: RuntimeError?
        do throws(CRIUError) {
            _ = try worker.perform(CRIURequest(dump.isPreDump ? .preDump : .dump, options: options), log: log) { notification in
                if notification.event == .networkLock { networkWasLocked = true }
                guard notification.event == .statusReady, let number = dump.statusDescriptor else { return true }
                do throws(KernelError) {
                    // Whoever waits reads a byte; the end of the file would do as well, where nobody else has it open.
                    try FileDescriptor(rawValue: number).writeAll([0])
                    return true
                } catch {
                    failure = RuntimeError("--status-fd \(number)", error)
                    return false
                }
            }
            try worker.wait()
        } catch { failure = failure ?? RuntimeError(error) }
        // Before the watch ends: the runtime may be killed here, too.
        if failure != nil { aftermath.settle() }
        try watch.dismiss()
        if let failure { throw failure }
    }
}

extension Container {
    /// What the container has and does not own: mounts and files of the host, namespaces of others.
    fileprivate func externals(_ state: SavedState, pid: Int32) throws(RuntimeError) -> [CRIUOptions.External] {
        do throws(KernelError) {
            let mounts = MountInfo.parse(try procfs.read("\(pid)/mountinfo")), host = MountInfo.parse(try procfs.read("self/mountinfo"))
            let namespaces = try JoinedNamespaces.externals(of: state.config.namespaces) { (type) throws(KernelError) in
                try procfs.namespaceInode("\(pid)", type.kind)
            }
            return ExternalMounts.find(container: mounts, host: host).map { .mount($0, $0) } + namespaces
                + StandardStreams.externals(state.externalDescriptors)
        } catch { throw RuntimeError("what container \(id) shares with the host", error) }
    }
}
