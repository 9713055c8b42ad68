import CgroupControl
import LinuxKernel
import RuntimeSpec

extension Runtime {
    /// Tells a container's statistics after each interval, and each time that its memory was not enough, until it ends.
    ///
    /// - Parameter emit: is given a JSON text of one line, without the newline.
    public func events(_ request: EventsRequest, emit: (String) throws(RuntimeError) -> Void) throws(RuntimeError) {
        let probe = try HostProbe()
        let container = try open(request.id, probe)
        let cgroup = SavedCgroup(try container.requireState())
        try require("events", of: cgroup, probe)
        guard try container.status().allows(.events), let process = try container.openInit() else {
            throw RuntimeError("container not running: \(request.id)")
        }
        /// False where it has ended, and its cgroup may be gone: nothing that was counted then is told.
        func emitStatistics() throws(RuntimeError) -> Bool {
            let statistics = try cgroup.statistics()
            do throws(KernelError) {
                if try process.waitUntilGone(until: .now) { return false }
            } catch { throw RuntimeError("waiting for events of \(request.id)", error) }
            try emit(ContainerEvent(type: "stats", id: request.id, data: statistics).encoded(pretty: false))
            return true
        }
        if request.onlyOnce {
            guard try emitStatistics() else { throw RuntimeError("container not running: \(request.id)") }
            return
        }

        let memory = try cgroup.watchMemory()
        var awaited: [Readiness.Awaited] = [(process.pidfd, .readable)]
        if let memory { awaited.append(memory.readiness) }
        var next = Deadline(milliseconds: request.intervalMilliseconds)
        while true {
            let ready: [Bool]
            do throws(KernelError) { ready = try Readiness.wait(for: awaited, until: next) } catch {
                throw RuntimeError("waiting for events of \(request.id)", error)
            }
            let hasEnded = ready[0]
            // The last one may have come with the end.
            if let memory, hasEnded || ready[1] {
                let hasHappened: Bool
                do throws(CgroupError) { hasHappened = try memory.hasHappened() } catch { throw RuntimeError(error) }
                if hasHappened { try emit(ContainerEvent(type: "oom", id: request.id).encoded(pretty: false)) }
            }
            if hasEnded { return }
            guard next.hasPassed else { continue }
            // After the end the next turn tells what has come with it.
            guard try emitStatistics() else { continue }
            next = next.next(afterMilliseconds: request.intervalMilliseconds)
        }
    }
}
