import ContainerPlan

extension Runtime {
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
