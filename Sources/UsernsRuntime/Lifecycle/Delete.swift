import CgroupControl
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Removes a container. Where it runs, only with `force`; with it, one that is not there is no error.
    public func delete(id: String, force: Bool) throws(RuntimeError) {
        let id = try ContainerID(id)
        let probe = try HostProbe()
        let store = try StateStore(request: request, identity: probe.identity)
        let directory: ContainerDirectory
        do throws(RuntimeError) {
            directory = try store.open(id)
            if force { try endWaiting(in: directory, probe) }
            guard try store.lock(directory) else { throw RuntimeError.missingContainer(id) }
        } catch {
            guard error.kind == .missingContainer else { throw error }
            if try store.finishRemoval(of: id, procfs: probe.procfs, log: log) || force { return }
            throw error
        }
        let container = Container(directory, procfs: probe.procfs, state: try state(in: directory, force: force))
        let status = try container.status()
        guard status.allows(force ? .forcedDelete : .delete) else {
            throw RuntimeError("cannot delete container \(id.text) that is not stopped: \(status.rawValue)", hint: "runc kill it first, or use --force")
        }
        try container.destroy(store: store, log: log)
    }

    /// Whoever holds the lock may wait for init, which may have been stopped: with init's end he goes on.
    private func endWaiting(in directory: ContainerDirectory, _ probe: HostProbe) throws(RuntimeError) {
        do throws(KernelError) { if try directory.lockIfFree() { return } } catch { throw RuntimeError("locking \(directory.name)", error) }
        let container = Container(directory, procfs: probe.procfs, state: try state(in: directory, force: true))
        guard try container.killInit() != nil, let state = container.state else { return }
        try SavedCgroup(state).letKilledDie()
    }

    /// With `force` a broken state.json is as none. One that only could not be read is not: it tells what runs.
    private func state(in directory: ContainerDirectory, force: Bool) throws(RuntimeError) -> SavedState? {
        guard let bytes = try directory.readState() else { return nil }
        do throws(RuntimeError) { return try directory.decodeState(bytes) } catch {
            guard force else { throw error }
            log.warning(error.line)
            return nil
        }
    }
}

extension Container {
    /// Ends what runs, and removes all that was made. Each part that is gone already is fine; the directory goes last, so
    /// that whatever is interrupted can be done again. Spec: runtime.md, "Lifecycle", steps 12 and 13.
    func destroy(store: StateStore, log: RuntimeLog) throws(RuntimeError) {
        // Of a creation that was interrupted after hooks of it had run.
        if state == nil, let staged = try directory.loadStaged() {
            return try Container(directory, procfs: procfs, state: staged).destroy(store: store, log: log)
        }
        try endProcesses()
        if let state { try SavedCgroup(state).remove(killing: sharesProcesses) } else { try CgroupJournal(directory: directory).remove() }
        try store.remove(directory, thenRunning: hooks, log: log)
    }

    /// Ends all that runs in it, and waits for that.
    func endProcesses() throws(RuntimeError) {
        if let process = try killInit() { try waitForEnd(of: process) }
        // In a PID namespace of its own all died with init.
        guard sharesProcesses else { return }
        if let state { try SavedCgroup(state).killAll() } else { try CgroupJournal(directory: directory).killAll() }
    }

    /// Returns it; nil where it is gone.
    fileprivate func killInit() throws(RuntimeError) -> ChildProcess? {
        guard let process = try openInit() else { return nil }
        do throws(KernelError) { try process.signal(SIGKILL) } catch {
            if error.errno != .noSuchProcess { throw RuntimeError("killing container \(id)", error) }
        }
        return process
    }

    /// Of a process that was killed. It, or those who die with it, may stand still in version 1, also once more.
    private func waitForEnd(of process: borrowing ChildProcess) throws(RuntimeError) {
        let deadline = Deadline(milliseconds: 10_000)
        repeat {
            if let state { try SavedCgroup(state).letKilledDie() } else { try CgroupJournal(directory: directory).killAll() }
            do throws(KernelError) { if try process.waitUntilGone(until: Deadline(milliseconds: 50)) { return } } catch {
                throw RuntimeError("killing container \(id)", error)
            }
        } while !deadline.hasPassed
        throw RuntimeError("killing container \(id)", KernelError(.pidfd_send_signal, .timedOut, "\(process.pid) does not end"))
    }
}
