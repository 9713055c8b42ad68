import ContainerPlan
import LinuxKernel
import SystemPackage

/// Joining of namespaces by path or by process.
enum NamespaceJoiner {
    /// A descriptor of a namespace; setns(2) checks that it is of that kind.
    static func open(_ kind: NamespaceKind, path: String) throws(KernelError) -> OwnedDescriptor {
        try FileDescriptor.currentDirectory.open(path, .readOnly)
    }

    static func join(_ kind: NamespaceKind, path: String) throws(KernelError) {
        let descriptor = try open(kind, path: path)
        do throws(KernelError) { try CurrentProcess.join(descriptor, flags: kind.flag) } catch {
            throw error.about(path)
        }
    }

    /// All in one call, so that the process cannot end between two of them. Man: setns(2), pidfd: Linux 5.8.
    static func join(_ kinds: Set<NamespaceKind>, of process: SharedDescriptor) throws(KernelError) {
        guard !kinds.isEmpty else { return }
        do throws(KernelError) { try CurrentProcess.join(process, flags: kinds.reduce(0) { $0 | $1.flag }) } catch {
            throw error.about(kinds.map(\.rawValue).sorted().joined(separator: ", "))
        }
    }
}
