import CheckpointRestore
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec

/// What a dump leaves behind that has not come to its end: CRIU undoes what it did, unless it was killed.
struct DumpAftermath {
    /// What has just been let go by CRIU may take longer to stand still than `pause` waits for.
    private static let patienceMilliseconds: Int32 = 20_000

    let wasPaused: Bool
    let keepsTCPConnections: Bool
    let state: SavedState
    /// The container's first, by its pidfd.
    let process: SharedDescriptor
    let criu: CRIU
    let log: RuntimeLog

    private var network: Namespace? { state.config.namespaces.first { $0.type == .network } }

    /// What stood still before stands still, and all else goes on; CRIU's rules go, where nobody else lives with them. The
    /// dump's own error is the one to be told.
    func settle() {
        do throws(RuntimeError) {
            let cgroup = SavedCgroup(state)
            if wasPaused { try cgroup.freeze(patienceMilliseconds: Self.patienceMilliseconds) } else { try cgroup.thaw() }
        } catch { log.warning("after the dump: \(error.line)") }
        guard let network, network.isNew else { return }
        do throws(CRIUError) { try NetworkLock(of: criu).remove(fromNamespaceOf: process) } catch { log.warning(RuntimeError(error).line) }
    }

    /// The dump's error, with what has to be looked for where others live in the same network namespace.
    ///
    /// - Parameter networkWasLocked: CRIU has told that it locks it. Of a lock on single connections, in the namespace that is
    ///   its own too, it tells nothing.
    func explain(_ error: RuntimeError, networkWasLocked: Bool) -> RuntimeError {
        guard network.map({ !$0.isNew }) ?? true, networkWasLocked || keepsTCPConnections else { return error }
        let name = network?.joinedPath.map { "the network namespace \($0)" } ?? "the host's network namespace"
        var error = error
        error.hint = "CRIU may have left rules in \(name), which is shared and was not touched: iptables -S shows them, the chain CRIU and rules for single "
            + "connections with the mark 0xc114, and so does nft list ruleset"
        return error
    }
}

/// A process beside a dump, for the case that the runtime is killed: CRIU may then wait for ever, for whoever is to fetch
/// pages from it, and the container with it. The container stays locked until all is put right.
struct DumpWatch: ~Copyable {
    /// For a CRIU that notices by itself, and has much to undo.
    private static let graceMilliseconds: Int32 = 10_000
    private let process: ChildProcess

    init(of worker: CRIUWorker, _ aftermath: DumpAftermath) throws(RuntimeError) {
        do throws(KernelError) {
            let runtime = try ChildProcess(opening: getpid())
            if let process = try ChildProcess.clone(flags: 0) {
                self.process = process
                return
            }
            do throws(KernelError) {
                // Whatever ends the runtime from a terminal does not end it.
                try CurrentProcess.newSession()
                try runtime.waitUntilGone()
                do throws(CRIUError) { try worker.outlive(graceMilliseconds: Self.graceMilliseconds) } catch { aftermath.log.warning(RuntimeError(error).line) }
                aftermath.settle()
                _exit(0)
            } catch { _exit(1) }
        } catch { throw RuntimeError("watching over the dump", error) }
    }

    /// When CRIU has ended, and the runtime looks after what is left by itself.
    func dismiss() throws(RuntimeError) {
        do throws(KernelError) {
            try process.signal(SIGKILL)
            _ = try process.wait()
        } catch { throw RuntimeError("watching over the dump", error) }
    }
}
