import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Who answers for SCMP_ACT_NOTIFY: another program, which gets the listener of each of the container's processes that we
/// start. Spec: config-linux.md, "Seccomp"
struct SeccompAgent {
    let profile: Seccomp?

    /// One message over one connection.
    func send(_ listener: borrowing OwnedDescriptor, pid: Int32, state: HookState) throws(RuntimeError) {
        guard let path = profile?.listenerPath else { throw RuntimeError("linux.seccomp.listenerPath: is missing") }
        var message = ContainerProcessState()
        message.pid = pid
        message.metadata = profile?.listenerMetadata
        message.state = state
        do throws(KernelError) {
            let socket = try MessageSocket.connectStream(to: path)
            try MessageSocket.send(Array(message.encoded(pretty: false).utf8), passing: listener, over: socket)
        } catch { throw RuntimeError("linux.seccomp.listenerPath \(path)", error, hint: "a seccomp agent has to listen there") }
    }
}
