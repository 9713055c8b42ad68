import ContainerInit
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Lets a created container's process run.
    public func start(id: String) throws(RuntimeError) {
        let probe = try HostProbe()
        let container = try openLocked(try ContainerID(id), probe)
        let status = try container.status()
        guard status.allows(.start) else {
            throw RuntimeError(
                status == .stopped ? "cannot start a container that has stopped" : "cannot start an already \(status.rawValue) container: \(id)")
        }
        guard let process = try container.openInit() else { throw RuntimeError("cannot start a container that has stopped") }
        let state = try container.requireState()
        let notify = try NotifyRelay(container.directory)
        let outcome: StartFIFO.Outcome
        do throws(KernelError) { outcome = try StartSignal(container.directory).send(to: process) } catch { throw RuntimeError("starting \(id)", error) }
        switch outcome {
        case .started: break
        case .died: throw RuntimeError("cannot start \(id): its process died while it waited")
        case .failed(let failure): throw FailureWording(of: try container.directory.loadProcess().process).error(failure)
        }
        do throws(RuntimeError) {
            try Self.runHooks(state.config.hooks.poststart, kind: "poststart", container.hookState("running", pid: process.pid))
        } catch {
            // Spec: runtime.md, "Lifecycle": the container is stopped.
            do throws(RuntimeError) { try container.endProcesses() } catch let second { log.warning("stopping \(id): \(second.line)") }
            throw error
        }
        try notify?.forward(from: process)
    }

    /// The container as it is at this moment; others may change it.
    func open(_ id: String, _ probe: HostProbe) throws(RuntimeError) -> Container {
        try Container(try StateStore(request: request, identity: probe.identity).open(try ContainerID(id)), procfs: probe.procfs)
    }

    /// Waits until no other command changes the container.
    func openLocked(_ id: ContainerID, _ probe: HostProbe) throws(RuntimeError) -> Container {
        try Container(try lockDirectory(id, probe), procfs: probe.procfs)
    }

    func lockDirectory(_ id: ContainerID, _ probe: HostProbe) throws(RuntimeError) -> ContainerDirectory {
        let directory = try StateStore(request: request, identity: probe.identity).open(id)
        do throws(KernelError) {
            try directory.lock()
            guard try !directory.isGone else { throw KernelError(.flock, .noSuchFileOrDirectory) }
        } catch {
            if error.errno == .noSuchFileOrDirectory { throw RuntimeError.missingContainer(id) }
            throw RuntimeError("locking \(id.text)", error)
        }
        return directory
    }
}

/// The other end of `exec.fifo`.
struct StartSignal {
    let directory: ContainerDirectory

    init(_ directory: ContainerDirectory) { self.directory = directory }

    /// Opening the fifo lets init go on. Init's death is watched besides: nobody else will ever write.
    func send(to process: borrowing ChildProcess) throws(KernelError) -> StartFIFO.Outcome {
        let fifo = try directory.open(StartFIFO.name, [.readOnly, .nonBlocking, .noFollow])
        guard try fifo.waitUntilReadable(or: process.pidfd) else { return .died }
        try fifo.setBlocking()
        // From here on the container counts as running, and others may act on it while we wait for its execve.
        try directory.unlink(StartFIFO.name)
        try directory.unlock()
        return try StartFIFO.readOutcome(fifo)
    }
}
