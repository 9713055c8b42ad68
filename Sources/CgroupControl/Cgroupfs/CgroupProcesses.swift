import Glibc
import LinuxKernel
import SystemPackage

/// What is the same whoever made the cgroup: the kernel's files tell it.
extension CgroupDriver {
    /// The PIDs, in our PID namespace, of the processes in the container's cgroup and in those below it; none where it is gone.
    public func processes(_ cgroup: ContainerCgroup) throws(CgroupError) -> [Int32] {
        guard let directory = cgroup.mainDirectory else { return [] }
        return try attempt("read", directory) { () throws(KernelError) in try CgroupTree(directory: directory).processes() }
    }

    /// Sends a signal to each process that is there at this moment.
    public func signalAll(_ cgroup: ContainerCgroup, _ number: Int32) throws(CgroupError) {
        guard let directory = cgroup.mainDirectory else { return }
        let tree = CgroupTree(directory: directory)
        try attempt("signal", directory) { () throws(KernelError) in
            var listed: [ListedProcess] = []
            for pid in try tree.processes() {
                if let process = try ListedProcess(pid: pid) { listed.append(process) }
            }
            // A PID may have become another process's between the list and the descriptor. Read again, with the descriptor
            // held, the list can only mean that process, or one that is in the cgroup too.
            let pids = Set(try tree.processes())
            for process in listed where pids.contains(process.child.pid) { try process.signal(number) }
        }
    }

    /// Kills every process in the container's cgroup and below it, frozen ones too, and waits until none is left.
    ///
    /// Man: cgroups(7), `cgroup.kill`. Errors: processes that do not end in time.
    public func killAll(_ cgroup: ContainerCgroup) throws(CgroupError) {
        guard let directory = cgroup.mainDirectory else { return }
        var patience = Patience(milliseconds: patienceMilliseconds)
        while true {
            let left = try processes(cgroup).count
            if left == 0 { return }
            let killed = try attempt("kill", directory) { () throws(KernelError) in try write("1", to: directory + "/cgroup.kill") }
            if !killed { try killOneByOne(cgroup) }
            guard try attempt("kill", directory, { () throws(KernelError) in try patience.pause() }) else {
                throw CgroupError("cannot kill the processes of cgroup \(directory): \(left) do not end")
            }
        }
    }

    /// Without `cgroup.kill` (before Linux 5.14, and in version 1): frozen meanwhile, so that none forks away, and thawed
    /// after, for a frozen process of version 1 does not die.
    private func killOneByOne(_ cgroup: ContainerCgroup) throws(CgroupError) {
        let switches = [
            cgroup.directories[""].map { ($0 + "/cgroup.freeze", "1", "0") },
            cgroup.directories["freezer"].map { ($0 + "/freezer.state", "FROZEN", "THAWED") },
        ].compactMap { $0 }
        func setFrozen(_ frozen: Bool) throws(CgroupError) {
            for (path, on, off) in switches {
                _ = try attempt("freeze", path) { () throws(KernelError) in try write(frozen ? on : off, to: path) }
            }
        }
        try setFrozen(true)
        do throws(CgroupError) { try signalAll(cgroup, SIGKILL) } catch {
            try setFrozen(false)
            throw error
        }
        try setFrozen(false)
    }

    /// False where there is no such file.
    private func write(_ text: String, to path: String) throws(KernelError) -> Bool {
        do throws(KernelError) {
            try FileDescriptor.currentDirectory.open(path, .writeOnly).writeAll(text)
            return true
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return false
        }
    }
}

/// A process that a list named, held by its descriptor.
private final class ListedProcess {
    let child: ChildProcess

    /// Nil where it is gone.
    init?(pid: Int32) throws(KernelError) {
        do throws(KernelError) { child = try ChildProcess(opening: pid) } catch {
            guard error.errno == .noSuchProcess else { throw error }
            return nil
        }
    }

    func signal(_ number: Int32) throws(KernelError) {
        do throws(KernelError) { try child.signal(number) } catch {
            guard error.errno == .noSuchProcess else { throw error }
        }
    }
}
