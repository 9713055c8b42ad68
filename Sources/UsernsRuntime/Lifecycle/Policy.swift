import ContainerPlan

extension Runtime {
    /// A command of which only the policy exists so far: refused by the policy, or an error that says it is not built.
    public func refuse(_ command: String) throws(RuntimeError) {
        let probe = try HostProbe()
        do throws(PlanError) {
            try CommandPolicy.require(command, privilege: probe.privilege(request), hasWritableCgroup: false)
        } catch { throw RuntimeError(error) }
        throw RuntimeError("\(command): is not supported yet")
    }
}
