import LinuxKernel
import RuntimeSpec

/// The counters of cgroup v1. Kernel: cgroup-v1/*.rst.
extension StatisticsDirectory {
    /// Of `cpuacct`.
    func readUsageV1(into usage: inout ContainerStatistics.CPU.Usage) throws(KernelError) {
        usage.total = try number("cpuacct.usage")
        // In ticks of USER_HZ, which is 100 on every architecture that Swift runs on.
        let nanosecondsPerTick: UInt64 = 10_000_000
        let split = try flatKeyed("cpuacct.stat")
        usage.kernel = (split["system"] ?? 0) * nanosecondsPerTick
        usage.user = (split["user"] ?? 0) * nanosecondsPerTick
        usage.percpu = (try text("cpuacct.usage_percpu") ?? "").parts(at: "\n").flatMap { $0.parts(at: " ") }.compactMap { UInt64($0) }
        let columns = StatisticsText.columns(try text("cpuacct.usage_all") ?? "")
        usage.percpuKernel = columns["system"] ?? []
        usage.percpuUser = columns["user"] ?? []
    }

    /// Of `cpu`.
    func readThrottlingV1(into throttling: inout ContainerStatistics.CPU.Throttling) throws(KernelError) {
        let stat = try flatKeyed("cpu.stat")
        throttling.periods = stat["nr_periods"] ?? 0
        throttling.throttledPeriods = stat["nr_throttled"] ?? 0
        throttling.throttledTime = stat["throttled_time"] ?? 0
    }

    func readCPUSetV1(into cpuset: inout ContainerStatistics.CPUSet) throws(KernelError) {
        cpuset.cpus = StatisticsText.list(try text("cpuset.cpus") ?? "")
        cpuset.cpuExclusive = try number("cpuset.cpu_exclusive")
        cpuset.mems = StatisticsText.list(try text("cpuset.mems") ?? "")
        cpuset.memHardwall = try number("cpuset.mem_hardwall")
        cpuset.memExclusive = try number("cpuset.mem_exclusive")
        cpuset.memoryMigrate = try number("cpuset.memory_migrate")
        cpuset.memorySpreadPage = try number("cpuset.memory_spread_page")
        cpuset.memorySpreadSlab = try number("cpuset.memory_spread_slab")
        cpuset.memoryPressure = try number("cpuset.memory_pressure")
        cpuset.schedLoadBalance = try number("cpuset.sched_load_balance")
        cpuset.schedRelaxDomainLevel = (try text("cpuset.sched_relax_domain_level")?.parts(at: "\n").first).flatMap { Int64($0) } ?? 0
    }

    func readMemoryV1(into memory: inout ContainerStatistics.Memory) throws(KernelError) {
        memory.raw = try flatKeyed("memory.stat")
        memory.cache = memory.raw["cache"] ?? 0
        memory.usage = try memoryEntryV1("memory")
        memory.swap = try memoryEntryV1("memory.memsw")
        memory.kernel = try memoryEntryV1("memory.kmem")
        memory.kernelTCP = try memoryEntryV1("memory.kmem.tcp")
    }

    private func memoryEntryV1(_ prefix: String) throws(KernelError) -> ContainerStatistics.Memory.Entry {
        var entry = ContainerStatistics.Memory.Entry()
        entry.limit = try number(prefix + ".limit_in_bytes")
        entry.usage = try number(prefix + ".usage_in_bytes")
        entry.max = try number(prefix + ".max_usage_in_bytes")
        entry.failcnt = try number(prefix + ".failcnt")
        return entry
    }

    /// The first scheduler that has counted something is the one that is in use.
    func readBlockIOV1(into blockIO: inout ContainerStatistics.BlockIO) throws(KernelError) {
        for files in Self.blockIOFilesV1 {
            var read = ContainerStatistics.BlockIO()
            for file in files { read[keyPath: file.counter] = StatisticsText.blockIO(try text(file.name) ?? "") }
            guard let first = files.first, !read[keyPath: first.counter].isEmpty else { continue }
            blockIO = read
            return
        }
    }

    private typealias Counter = WritableKeyPath<ContainerStatistics.BlockIO, [ContainerStatistics.BlockIO.Entry]>

    /// BFQ with its debugging files and without, CFQ (up to Linux 4.20), then what throttling counts with any scheduler.
    private static var blockIOFilesV1: [[(name: String, counter: Counter)]] {
        func scheduler(_ prefix: String) -> [(String, Counter)] {
            [
                ("\(prefix)sectors_recursive", \.sectorsRecursive), ("\(prefix)io_service_time_recursive", \.ioServiceTimeRecursive),
                ("\(prefix)io_wait_time_recursive", \.ioWaitTimeRecursive), ("\(prefix)io_merged_recursive", \.ioMergedRecursive),
                ("\(prefix)io_queued_recursive", \.ioQueuedRecursive), ("\(prefix)time_recursive", \.ioTimeRecursive),
            ] + served(prefix, "_recursive")
        }
        func served(_ prefix: String, _ suffix: String) -> [(String, Counter)] {
            [("\(prefix)io_serviced\(suffix)", \.ioServicedRecursive), ("\(prefix)io_service_bytes\(suffix)", \.ioServiceBytesRecursive)]
        }
        return [
            scheduler("blkio.bfq."), served("blkio.bfq.", "_recursive"), scheduler("blkio."),
            served("blkio.throttle.", "_recursive"), served("blkio.throttle.", ""),
        ]
    }

    func readHugetlbV1(into hugetlb: inout [String: ContainerStatistics.Hugetlb]) throws(KernelError) {
        for size in try hugePageSizes("usage_in_bytes") {
            let prefix = "hugetlb.\(size)" + (try text("hugetlb.\(size).rsvd.usage_in_bytes") == nil ? "" : ".rsvd")
            var entry = ContainerStatistics.Hugetlb()
            entry.usage = try number(prefix + ".usage_in_bytes")
            entry.max = try number(prefix + ".max_usage_in_bytes")
            entry.failcnt = try number(prefix + ".failcnt")
            hugetlb[size] = entry
        }
    }
}
