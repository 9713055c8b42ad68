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

    /// A command of which only the policy exists so far: refused by the policy, or an error that says it is not built.
    public func refuse(_ command: String) throws(RuntimeError) {
        let probe = try HostProbe()
        do throws(PlanError) {
            try CommandPolicy.require(command, privilege: probe.privilege(request), hasWritableCgroup: false)
        } catch { throw RuntimeError(error) }
        throw RuntimeError("\(command): is not supported yet")
    }
}
