import ContainerPlan
import LinuxKernel
import SystemPackage

extension SessionKeyring {
    /// The caller's is left for good.
    func join(_ procfs: ProcessFileSystem) throws(KernelError) {
        // Until the execve, which forgets it.
        if let label {
            do throws(KernelError) { try procfs.write("self/attr/keycreate", label) } catch { throw error.about("process.selinuxLabel \(label)") }
        }
        do throws(KernelError) { try CurrentProcess.joinSessionKeyring(named: name) } catch {
            // A kernel without keys has no keyring that could leak.
            guard error.errno == .noFunction else { throw error }
        }
    }
}
