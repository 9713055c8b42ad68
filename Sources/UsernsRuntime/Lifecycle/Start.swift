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
        guard status.allows(.start) else { throw Self.cannotStart(id, status) }
        guard let process = try container.openInit() else { throw Self.cannotStart(id, .stopped) }
        let notify = try NotifyRelay(container.directory, log: log)
        let outcome: StartFIFO.Outcome?
        do throws(KernelError) { outcome = try StartSignal(container, log: log).send(to: process) } catch { throw RuntimeError("starting \(id)", error) }
        switch outcome {
        case .started: break
        case nil: throw Self.cannotStart(id, .running)
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

    private static func cannotStart(_ id: String, _ status: ContainerStatus) -> RuntimeError {
        RuntimeError(status == .stopped ? "cannot start a container that has stopped" : "cannot start an already \(status.rawValue) container: \(id)")
    }
}

/// The other end of `exec.fifo`.
struct StartSignal {
    private static let checkMilliseconds = 100

    let container: Container
    let log: RuntimeLog

    init(_ container: Container, log: RuntimeLog) {
        self.container = container
        self.log = log
    }

    /// Opening the fifo lets init go on. nil where another `start` had let it go on already, and was killed.
    func send(to process: borrowing ChildProcess) throws(KernelError) -> StartFIFO.Outcome? {
        let directory = container.directory
        let fifo = try directory.open(StartFIFO.name, [.readOnly, .nonBlocking, .noFollow])
        // After init's death, or its execve, nobody will ever write; what it wrote before is still there.
        var hasExecuted = false
        while true {
            let answers = try Readiness.answers(
                for: [(FileDescriptor(rawValue: fifo.rawValue), .readable), (FileDescriptor(rawValue: process.pidfd.rawValue), .readable)],
                until: Deadline(milliseconds: Self.checkMilliseconds))
            if answers[0] == .event { break }
            if answers[1] != .nothing { return .died }
            if hasExecuted { return nil }
            hasExecuted = try container.hasExecuted()
        }
        try fifo.setBlocking(true)
        var isNoted = true
        do throws(KernelError) { try directory.unlink(StartFIFO.name) } catch {
            // Init's execve will tell the same. Until then it looks as if it waited, so we stay locked.
            log.debug("removing \(StartFIFO.name): \(error)")
            isNoted = false
        }
        // From here on the container counts as running, and others may act on it while we wait for its execve.
        if isNoted { try directory.unlock() }
        let outcome = try StartFIFO.readOutcome(fifo)
        if !isNoted { try directory.unlock() }
        return outcome
    }
}
