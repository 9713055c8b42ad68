import ContainerInit
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The hooks that run on the host, in our own namespaces: all but createContainer and startContainer, which init runs.
/// Spec: config.md, "POSIX-platform Hooks".
struct RuntimeHooks {
    let hooks: Hooks
    /// What they get, of a status and a pid in our PID namespace. Spec: runtime.md, "State".
    let state: (_ status: String, _ pid: Int32?) -> HookState

    /// As soon as what the container is to see is there, and before its root is changed.
    func runPrestartAndCreateRuntime(pid: Int32) throws(RuntimeError) {
        try run(hooks.prestart, kind: "prestart", "creating", pid)
        try run(hooks.createRuntime, kind: "createRuntime", "creating", pid)
    }

    func runPoststart(pid: Int32) throws(RuntimeError) { try run(hooks.poststart, kind: "poststart", "running", pid) }

    /// Each of them runs, and none of their failures keeps a container from going away. Spec: runtime.md, "Lifecycle".
    func runPoststop(log: RuntimeLog) {
        for hook in hooks.poststop {
            do throws(RuntimeError) { try run([hook], kind: "poststop", "stopped", nil) } catch { log.warning(error.line) }
        }
    }

    private func run(_ hooks: [Hook], kind: String, _ status: String, _ pid: Int32?) throws(RuntimeError) {
        guard !hooks.isEmpty else { return }
        let state = state(status, pid)
        do throws(HookRunner.Failure) {
            try HookRunner.run(hooks, kind: kind, state: state.encoded(pretty: false), in: Self.directory(state.bundle))
        } catch { throw RuntimeError(error.message) }
    }

    /// The bundle, which a container may outlive: then they start where we are.
    private static func directory(_ bundle: String) -> SharedDescriptor? {
        do throws(KernelError) {
            return SharedDescriptor(try FileDescriptor.currentDirectory.open(bundle, [.path, .directory]))
        } catch { return nil }
    }
}
