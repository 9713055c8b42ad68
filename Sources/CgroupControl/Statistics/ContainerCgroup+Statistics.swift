import LinuxKernel
import RuntimeSpec

extension ContainerCgroup {
    /// What the container has used. A controller counts where it is mounted: on hybrid hosts some on version 1 and the others
    /// on version 2; one that is nowhere counts nothing.
    public func statistics() throws(CgroupError) -> ContainerStatistics {
        guard !directories.isEmpty else { throw CgroupError("the container has no cgroup in which anything is counted") }
        var statistics = ContainerStatistics()
        let unified = directories[""].map(StatisticsDirectory.init)
        func read(
            _ controller: String, v1: (StatisticsDirectory) throws(KernelError) -> Void,
            v2: (StatisticsDirectory) throws(KernelError) -> Void = { (_) throws(KernelError) in }
        ) throws(CgroupError) {
            let own = directories[controller].map(StatisticsDirectory.init)
            guard let directory = own ?? unified else { return }
            try attempt("read the \(controller) statistics of", directory.path) { () throws(KernelError) in
                try own == nil ? v2(directory) : v1(directory)
            }
        }
        try read("cpuacct") { (own) throws(KernelError) in try own.readUsageV1(into: &statistics.cpu.usage) }
        try read("cpu") { (own) throws(KernelError) in
            try own.readThrottlingV1(into: &statistics.cpu.throttling)
        } v2: { (own) throws(KernelError) in try own.readCPUV2(into: &statistics.cpu) }
        try read("cpuset") { (own) throws(KernelError) in try own.readCPUSetV1(into: &statistics.cpuset) }
        try read("memory") { (own) throws(KernelError) in
            try own.readMemoryV1(into: &statistics.memory)
        } v2: { (own) throws(KernelError) in try own.readMemoryV2(into: &statistics.memory) }
        try read("pids") { (own) throws(KernelError) in
            try own.readPids(into: &statistics.pids)
        } v2: { (own) throws(KernelError) in try own.readPids(into: &statistics.pids) }
        try read("blkio") { (own) throws(KernelError) in
            try own.readBlockIOV1(into: &statistics.blkio)
        } v2: { (own) throws(KernelError) in try own.readBlockIOV2(into: &statistics.blkio) }
        try read("hugetlb") { (own) throws(KernelError) in
            try own.readHugetlbV1(into: &statistics.hugetlb)
        } v2: { (own) throws(KernelError) in try own.readHugetlbV2(into: &statistics.hugetlb) }
        return statistics
    }
}

extension StatisticsDirectory {
    /// The same in both versions.
    func readPids(into pids: inout ContainerStatistics.Pids) throws(KernelError) {
        pids.current = try number("pids.current")
        let limit = try number("pids.max")
        pids.limit = limit == .max ? 0 : limit
    }
}
