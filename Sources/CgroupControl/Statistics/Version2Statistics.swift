import LinuxKernel
import RuntimeSpec

/// The counters of cgroup v2, told in the units of version 1. Kernel: cgroup-v2.rst, "Controllers".
extension StatisticsDirectory {
    func readCPUV2(into cpu: inout ContainerStatistics.CPU) throws(KernelError) {
        let stat = try flatKeyed("cpu.stat")
        func nanoseconds(_ key: String) -> UInt64 { (stat[key] ?? 0) * 1000 }
        cpu.usage.total = nanoseconds("usage_usec")
        cpu.usage.user = nanoseconds("user_usec")
        cpu.usage.kernel = nanoseconds("system_usec")
        cpu.throttling.periods = stat["nr_periods"] ?? 0
        cpu.throttling.throttledPeriods = stat["nr_throttled"] ?? 0
        cpu.throttling.throttledTime = nanoseconds("throttled_usec")
        cpu.psi = try text("cpu.pressure").map(StatisticsText.pressure)
    }

    func readMemoryV2(into memory: inout ContainerStatistics.Memory) throws(KernelError) {
        memory.raw = try flatKeyed("memory.stat")
        memory.cache = memory.raw["file"] ?? 0
        memory.usage = try memoryEntryV2("memory")
        memory.swap = try memoryEntryV2("memory.swap")
        // Version 1 counts both together. The highest of the sum is not known.
        memory.swap.usage += memory.usage.usage
        if memory.swap.limit != .max {
            let (sum, overflows) = memory.swap.limit.addingReportingOverflow(memory.usage.limit)
            memory.swap.limit = overflows ? .max : sum
        }
        memory.swap.max = 0
        memory.psi = try text("memory.pressure").map(StatisticsText.pressure)
    }

    private func memoryEntryV2(_ prefix: String) throws(KernelError) -> ContainerStatistics.Memory.Entry {
        var entry = ContainerStatistics.Memory.Entry()
        entry.limit = try number(prefix + ".max")
        entry.usage = try number(prefix + ".current")
        entry.max = try number(prefix + ".peak")
        return entry
    }

    func readBlockIOV2(into blockIO: inout ContainerStatistics.BlockIO) throws(KernelError) {
        blockIO = StatisticsText.ioStat(try text("io.stat") ?? "")
        blockIO.psi = try text("io.pressure").map(StatisticsText.pressure)
    }

    func readHugetlbV2(into hugetlb: inout [String: ContainerStatistics.Hugetlb]) throws(KernelError) {
        for size in try hugePageSizes("current") {
            var entry = ContainerStatistics.Hugetlb()
            entry.usage = try number("hugetlb.\(size)" + (try text("hugetlb.\(size).rsvd.current") == nil ? ".current" : ".rsvd.current"))
            entry.failcnt = try flatKeyed("hugetlb.\(size).events")["max"] ?? 0
            hugetlb[size] = entry
        }
    }
}
