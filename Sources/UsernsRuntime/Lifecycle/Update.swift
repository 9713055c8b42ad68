import CgroupControl
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Changes the limits that are given, and leaves the others. A change that fails leaves all as it was.
    public func update(_ request: UpdateRequest) throws(RuntimeError) {
        // Before the container is locked: a file may be a pipe, whose writer takes his time.
        let change = try request.file.map(Self.readResources) ?? request.resources
        let probe = try HostProbe()
        let (container, cgroup) = try openControlled(request.id, for: "update", probe)
        guard try container.status().allows(.update) else { throw RuntimeError("container not running: \(request.id)") }
        let options = LimitOptions(self.request, probe.privilege(self.request), probe.identity)
        let schemata = request.file == nil ? [request.l3CacheSchema, request.memBwSchema].compactMap { $0 } : []
        let limits = try cgroup.update(change, options: options, on: probe.cgroupHierarchies())

        var state = try container.requireState()
        state.config.resources.update(with: change)
        state.config.cgroups.limited = try cgroup.limited(by: limits)
        if request.file == nil, var rdt = state.config.intelRdt {
            rdt.l3CacheSchema = request.l3CacheSchema ?? rdt.l3CacheSchema
            rdt.memBwSchema = request.memBwSchema ?? rdt.memBwSchema
            state.config.intelRdt = rdt
        }
        // First what a full disk refuses.
        try container.directory.stage(state)
        do throws(RuntimeError) { try apply(limits, schemata, to: cgroup) } catch {
            do throws(RuntimeError) { try container.directory.unstage() } catch let second { log.warning(second.line) }
            throw error
        }
        try container.directory.publishState()
    }

    private func apply(_ limits: LimitUpdate, _ schemata: [String], to cgroup: SavedCgroup) throws(RuntimeError) {
        let old = schemata.isEmpty ? [] : try cgroup.changeSchemata(schemata)
        do throws(RuntimeError) { for warning in try cgroup.apply(limits) { log.warning(warning) } } catch {
            throw error.after { () throws(RuntimeError) in if !old.isEmpty { _ = try cgroup.changeSchemata(old) } }
        }
    }

    private static func readResources(_ file: String) throws(RuntimeError) -> Resources {
        let name = "--resources \(file)"
        let bytes: [UInt8]
        do throws(KernelError) {
            bytes = file == "-" ? try FileDescriptor.standardInput.readAll() : try FileDescriptor.currentDirectory.open(file, .readOnly).readAll()
        } catch { throw RuntimeError(name, error) }
        do throws(SpecError) { return try Resources.decode(bytes) } catch { throw RuntimeError("\(name): \(error)") }
    }
}
