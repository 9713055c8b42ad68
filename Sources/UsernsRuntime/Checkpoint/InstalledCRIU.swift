import CheckpointRestore
import ContainerPlan
import LinuxKernel
import RuntimeSpec
import SystemPackage

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

extension RuntimeError {
    init(_ error: CRIUError) { self.init(error.message, cause: error.cause, hint: error.hint) }
}

/// A file of options of CRIU's own, which win over ours.
enum CRIUConfiguration {
    static let annotation = "org.criu.config"
    private static let defaultPath = "/etc/criu/runc.conf"

    /// The one that the container's annotation names, which has to be there; else the default one, where it is there.
    static func path(_ annotations: [String: String]) throws(RuntimeError) -> String? {
        let named = annotations[annotation]
        let path = named ?? defaultPath
        do throws(KernelError) {
            _ = try FileDescriptor.currentDirectory.open(path, .readOnly)
            return path
        } catch {
            guard let named else { return nil }
            throw RuntimeError("annotation \(annotation) \(named)", error)
        }
    }
}
