import ContainerPlan
import LinuxKernel
import SystemPackage

/// The container that a command is about.
extension Runtime {
    /// The container as it is at this moment; others may change it.
    func open(_ id: String, _ probe: HostProbe) throws(RuntimeError) -> Container {
        try Container(try StateStore(request: request, identity: probe.identity).open(try ContainerID(id)), procfs: probe.procfs)
    }

    /// Waits until no other command changes the container.
    func openLocked(_ id: ContainerID, _ probe: HostProbe) throws(RuntimeError) -> Container {
        let store = try StateStore(request: request, identity: probe.identity)
        let directory = try store.open(id)
        guard try store.lock(directory) else { throw .missingContainer(id) }
        return try Container(directory, procfs: probe.procfs)
    }

    /// A container for a command that acts on its cgroup, which nobody else changes meanwhile. The policy is asked of that
    /// very cgroup.
    func openControlled(_ id: String, for command: String, _ probe: HostProbe) throws(RuntimeError) -> (Container, SavedCgroup) {
        let container = try openLocked(try ContainerID(id), probe)
        let cgroup = SavedCgroup(try container.requireState())
        try require(command, of: cgroup, probe)
        return (container, cgroup)
    }

    func require(_ command: String, of cgroup: SavedCgroup, _ probe: HostProbe) throws(RuntimeError) {
        do throws(PlanError) {
            try CommandPolicy.require(command, privilege: probe.privilege(request), hasWritableCgroup: cgroup.isWritable)
        } catch { throw RuntimeError(error) }
    }
}
