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

    /// Sends a signal to each process that is there at this moment. Returns their PIDs.
    @discardableResult
    public func signalAll(_ cgroup: ContainerCgroup, _ number: Int32) throws(CgroupError) -> Set<Int32> {
        guard let directory = cgroup.mainDirectory else { return [] }
        let tree = CgroupTree(directory: directory)
        return try attempt("signal", directory) { () throws(KernelError) in
            var listed: [ListedProcess] = []
            for pid in try tree.processes() {
                if let process = try ListedProcess(pid: pid) { listed.append(process) }
            }
            // A PID may have become another process's between the list and the descriptor. Read again, with the descriptor
            // held, the list can only mean that process, or one that is in the cgroup too.
            let pids = Set(try tree.processes())
            for process in listed where pids.contains(process.child.pid) { try process.signal(number) }
            return pids.intersection(listed.map { $0.child.pid })
        }
    }

    /// Kills every process in the container's cgroup and below it, frozen ones too, and waits until none is left.
    ///
    /// Errors: processes that do not end in time.
    public func killAll(_ cgroup: ContainerCgroup) throws(CgroupError) {
        guard let directory = cgroup.mainDirectory else { return }
        var patience = Patience(milliseconds: patienceMilliseconds)
        while true {
            let left = try processes(cgroup).count
            if left == 0 { return }
            try sendKill(cgroup)
            guard try attempt("kill", directory, { () throws(KernelError) in try patience.pause() }) else {
                throw CgroupError("cannot kill the processes of cgroup \(directory): \(left) do not end")
            }
        }
    }

    /// The same without waiting. Man: cgroups(7), `cgroup.kill`.
    public func sendKill(_ cgroup: ContainerCgroup) throws(CgroupError) {
        guard let directory = cgroup.mainDirectory else { return }
        let killed = try attempt("kill", directory) { () throws(KernelError) in
            do throws(KernelError) { return try CgroupFile.writeIfThere("1", to: directory + "/cgroup.kill") } catch {
                // One of threads, which the kernel kills by their processes only.
                guard error.errno == .notSupportedOnSocket else { throw error }
                return false
            }
        }
        if killed {
            // On hybrid hosts they may be frozen in version 1.
            try cgroup.freezer?.letKilledDie()
        } else {
            try killOneByOne(cgroup)
        }
    }

    /// Without `cgroup.kill` (before Linux 5.14, in version 1, and of threads): frozen meanwhile, so that none forks away, and thawed
    /// after.
    private func killOneByOne(_ cgroup: ContainerCgroup) throws(CgroupError) {
        // What cannot be frozen is killed all the same.
        do throws(CgroupError) { try cgroup.freezer?.freeze() } catch {}
        do throws(CgroupError) { try signalAll(cgroup, SIGKILL) } catch {
            try cgroup.freezer?.thaw()
            throw error
        }
        try cgroup.freezer?.thaw()
        try cgroup.freezer?.letKilledDie()
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
