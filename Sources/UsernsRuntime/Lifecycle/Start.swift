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
        let notify = try NotifyRelay(container.directory, log: log)
        let outcome: StartFIFO.Outcome
        do throws(KernelError) { outcome = try StartSignal(container.directory).send(to: process) } catch { throw RuntimeError("starting \(id)", error) }
        switch outcome {
        case .started: break
        case .died: throw RuntimeError("cannot start \(id): its process died while it waited")
        case .failed(let failure): throw FailureWording(of: try container.directory.loadProcess().process).error(failure)
        }
        do throws(RuntimeError) {
            try container.hooks.runPoststart(pid: process.pid)
        } catch {
            // Spec: runtime.md, "Lifecycle": the container is stopped.
            do throws(RuntimeError) { try container.endProcesses() } catch let second { log.warning("stopping \(id): \(second.line)") }
            throw error
        }
        try notify?.forward(from: process)
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
        try fifo.setBlocking(true)
        // From here on the container counts as running, and others may act on it while we wait for its execve.
        try directory.unlink(StartFIFO.name)
        try directory.unlock()
        return try StartFIFO.readOutcome(fifo)
    }
}
