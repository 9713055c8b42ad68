import Glibc
import LinuxKernel
import SystemPackage

extension Runtime {
    /// Sends a signal to the container's first process. Where it has no PID namespace of its own, in which all would die with the
    /// first, SIGKILL goes to all of its processes.
    ///
    /// - Parameter all: kept for old callers: there any signal goes to all, and one that has stopped already is no error.
    public func kill(id: String, signal: Int32, all: Bool) throws(RuntimeError) {
        let probe = try HostProbe()
        let container = try open(id, probe)
        let state = try container.requireState()
        let sharesProcesses = container.sharesProcesses
        let cgroup = SavedCgroup(state)
        var signalled: Set<Int32> = []
        if sharesProcesses {
            if signal == SIGKILL { try cgroup.sendKill() } else if all { signalled = try cgroup.signalAll(signal) }
        }
        guard let process = try container.openInit() else {
            if all || (sharesProcesses && signal == SIGKILL) { return }
            throw RuntimeError("container not running: \(id)")
        }
        if signalled.contains(process.pid) { return }
        do throws(KernelError) { try process.signal(signal) } catch {
            if error.errno == .noSuchProcess {
                if sharesProcesses { return }
                throw RuntimeError("container not running: \(id)")
            }
            throw RuntimeError("signalling container \(id)", error)
        }
        guard signal == SIGKILL else { return }
        // Who is not yet dead may freeze again what is killed.
        let deadline = Deadline(milliseconds: 2000)
        while try cgroup.letKilledDie(), !deadline.hasPassed {
            do throws(KernelError) { if try process.waitUntilGone(until: Deadline(milliseconds: 10)) { return } } catch {
                throw RuntimeError("signalling container \(id)", error)
            }
        }
    }
}
