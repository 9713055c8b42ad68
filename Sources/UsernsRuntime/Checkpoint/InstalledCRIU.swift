import CheckpointRestore
import ContainerPlan
import LinuxKernel

extension Runtime {
    /// CRIU, where the caller may use it and it is new enough.
    ///
    /// - Parameter command: whose policy is asked.
    func criu(for command: String, _ probe: HostProbe) throws(RuntimeError) -> CRIU {
        let privilege = probe.privilege(request)
        do throws(CRIUError) {
            let criu = try CRIU(environment: EnvironmentVariable.all)
            if privilege.rootlessEUID { try criu.requireUnprivilegedWork() }
            try criu.requireVersion()
            return criu
        } catch {
            // Without privileges the policy is the answer, and CRIU's its reason.
            do throws(PlanError) {
                try CommandPolicy.require(command, privilege: privilege, hasWritableCgroup: false, criuRefusal: error.cause ?? error.message)
            } catch { throw RuntimeError(error) }
            throw RuntimeError(error)
        }
    }
}
