import LinuxKernel

/// What the files of a unit's cgroups hold that systemd writes all together, from its own properties, whenever one of these
/// changes; it has no property for some of the values, and rounds others. Source: systemd's cgroup.c, cgroup_context_apply.
struct UnitFiles {
    private static let version2: [(name: String, shape: LimitWrite.Shape)] = [
        ("cpu.weight", .value), ("cpu.idle", .value), ("cpu.max", .value), ("cpuset.cpus", .value), ("cpuset.mems", .value), ("memory.min", .value),
        ("memory.low", .value), ("memory.high", .value), ("memory.max", .value), ("memory.swap.max", .value), ("memory.zswap.max", .value),
        ("memory.oom.group", .value), ("pids.max", .value), ("io.weight", .line(key: "default", none: "default 100")),
        ("io.bfq.weight", .line(key: "default", none: "default 100")),
    ]
    /// By controller. systemd's memory limit is that of memory alone.
    private static let version1: [String: [String]] = [
        "cpu": ["cpu.shares", "cpu.idle", "cpu.cfs_period_us", "cpu.cfs_quota_us"], "memory": ["memory.limit_in_bytes"], "pids": ["pids.max"],
        "blkio": ["blkio.weight", "blkio.bfq.weight"],
    ]

    private var writers: [LimitWriter] = []

    init(of cgroup: ContainerCgroup) throws(CgroupError) {
        for (directory, keys) in cgroup.hierarchies {
            let known = keys == [""] ? Self.version2 : keys.flatMap { Self.version1[$0] ?? [] }.map { ($0, .value) }
            guard !known.isEmpty else { continue }
            var writer = try LimitWriter(directory, remembers: false)
            try attempt("read", directory) { () throws(KernelError) in for file in known { try writer.remember(file.name, file.shape) } }
            writers.append(writer)
        }
    }

    /// What has not changed is not written. Can be done again.
    func restore() throws(CgroupError) {
        for var writer in writers { try writer.restore() }
    }
}
