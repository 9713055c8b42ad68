import Glibc

/// From the units of cgroup v1, in which config.json counts, to those of v2.
enum Conversion {
    /// `cpu.shares` (2 to 262144, 1024 by default) → `cpu.weight` (1 to 10000, 100 by default).
    ///
    /// A curve through all three pairs: 10^((l² + 125·l)/612 − 7/34) with l = log₂(shares), rounded up. It is runc's since
    /// 1.3.2 and crun's since 1.23; the straight line of before made a weight of 39 of the default shares.
    /// Source: github.com/kubernetes/kubernetes/issues/131216, github.com/opencontainers/cgroups/pull/20.
    static func weight(shares: UInt64) -> UInt64 {
        if shares <= 2 { return 1 }
        if shares >= 262_144 { return 10_000 }
        let l = log2(Double(shares))
        return UInt64(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34).rounded(.up))
    }

    /// `blkio.weight` (10 to 1000) → `io.weight` (1 to 10000): a straight line through both ends.
    ///
    /// BFQ's own files count as v1 does, and need no conversion. Source: crun's crun.1, "CGROUP v2".
    static func ioWeight(blkioWeight weight: UInt16) -> UInt64 { 1 + (UInt64(weight) - 10) * 9_999 / 990 }

    /// Memory and swap together → swap alone; both in bytes, the result is `max` for no limit.
    ///
    /// Errors: nil where there is no such limit on swap: the memory is not limited, or its limit is higher.
    /// Source: crun's crun.1, "CGROUP v2": `memory.swap.max` = swap − memory limit.
    static func swapMax(memoryAndSwap: Int64, memoryLimit: Int64?) -> String? {
        if memoryAndSwap == -1 { return "max" }
        guard let memoryLimit, memoryLimit >= 0, memoryAndSwap >= memoryLimit else { return nil }
        return String(memoryAndSwap - memoryLimit)
    }
}
