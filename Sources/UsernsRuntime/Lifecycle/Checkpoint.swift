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
        let directory = try ImageDirectory(making: request.image)
        if let parent = request.dump.parentPath { try directory.requireParent(parent) }

        var options = CRIUOptions(dump: request.dump, image: request.image, namespaces: state.config.namespaces)
        let logName = "dump.log"
        directory.describe(in: &options, logName: logName)
        options.configFile = try CRIUConfiguration.path(state.config.annotations)
        options.pid = process.pid
        options.root = state.config.rootfs
        options.freezerDirectory = SavedCgroup(state).cgroup.freezer?.directory
        options.isUnprivileged = probe.privilege(self.request).rootlessEUID
        if !request.dump.isPreDump {
            options.externals = try container.externals(pid: process.pid)
            try directory.save(descriptors: state.externalDescriptors)
        }
        do throws(CRIUError) {
            let worker = try CRIUWorker(criu.path, environment: criu.environment, streams: .own)
            _ = try worker.perform(CRIURequest(request.dump.isPreDump ? .preDump : .dump, options: options), log: directory.log(logName))
            try worker.wait()
        } catch { throw RuntimeError(error) }
        guard !request.dump.keepsContainer else { return }
        try container.destroy(store: try StateStore(request: self.request, identity: probe.identity), log: log)
    }
}

extension Container {
    /// What the container has and does not own: mounts of the host, namespaces of others.
    fileprivate func externals(pid: Int32) throws(RuntimeError) -> [CRIUOptions.External] {
        do throws(KernelError) {
            let mounts = MountInfo.parse(try procfs.read("\(pid)/mountinfo")), host = MountInfo.parse(try procfs.read("self/mountinfo"))
            let namespaces = try JoinedNamespaces.externals(of: state?.config.namespaces ?? []) { (type) throws(KernelError) in
                try procfs.namespaceInode("\(pid)", type.kind)
            }
            return ExternalMounts.find(container: mounts, host: host).map { .mount($0, $0) } + namespaces
        } catch { throw RuntimeError("mounts and namespaces of container \(id)", error) }
    }
}
