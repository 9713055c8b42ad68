import RuntimeSpec

/// `linux.resources` as cgroup v1 sets it. Every limit that there is has its place here, whether a kernel has it or not.
///
/// 0 of a time, a weight or an amount of memory means that it is not given: callers that cannot leave a number out send it.
/// What the kernel refuses before another value is there is written again after it (`LimitWriter`), so that the order
/// matters only for a new cgroup. Kernel: Documentation/admin-guide/cgroup-v1.
extension Resources {
    var version1Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        if let cpu { writes += cpu.version1Limits }
        if let memory { writes += memory.version1Limits }
        if let limit = pids?.limit { writes.append(.pids(limit)) }
        if let blockIO { writes += blockIO.version1Limits }
        for (index, huge) in hugepageLimits.enumerated() { writes += huge.limits(index, maximum: "limit_in_bytes") }
        if let network { writes += network.version1Limits }
        return writes + rdmaLimits
    }
}

extension Resources.CPU {
    fileprivate var version1Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        if let shares, shares != 0 { writes.append(LimitWrite("cpu.shares", shares, "cpu", "cpu.shares").besides(idle: idle)) }
        if let realtimePeriod, realtimePeriod != 0 { writes.append(LimitWrite("cpu.realtimePeriod", realtimePeriod, "cpu", "cpu.rt_period_us")) }
        if let realtimeRuntime, realtimeRuntime != 0 { writes.append(LimitWrite("cpu.realtimeRuntime", realtimeRuntime, "cpu", "cpu.rt_runtime_us")) }
        if let period, period != 0 { writes.append(LimitWrite("cpu.period", period, "cpu", "cpu.cfs_period_us")) }
        if let quota, quota != 0 { writes.append(LimitWrite("cpu.quota", quota, "cpu", "cpu.cfs_quota_us").unlimited(quota == -1)) }
        if let burst { writes.append(LimitWrite("cpu.burst", burst, "cpu", "cpu.cfs_burst_us").unlimited(burst == 0)) }
        if let idle { writes.append(LimitWrite("cpu.idle", idle, "cpu", "cpu.idle").unlimited(idle == 0)) }
        if let cpus { writes.append(LimitWrite("cpu.cpus", cpus, "cpuset", "cpuset.cpus", requires: .within(parentFile: "cpuset.cpus"))) }
        if let mems { writes.append(LimitWrite("cpu.mems", mems, "cpuset", "cpuset.mems", requires: .within(parentFile: "cpuset.mems"))) }
        return writes
    }
}

extension Resources.Memory {
    fileprivate var version1Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        if let limit, limit != 0 {
            writes.append(LimitWrite("memory.limit", limit, "memory", "memory.limit_in_bytes").unlimited(limit == -1))
            // A limit of memory and swap together would still hold both.
            if limit == -1, (swap ?? 0) == 0 { writes.append(LimitWrite("memory.limit", limit, "memory", "memory.memsw.limit_in_bytes").unlimited(true)) }
        }
        if let swap, swap != 0 { writes.append(LimitWrite("memory.swap", swap, "memory", "memory.memsw.limit_in_bytes").unlimited(swap == -1)) }
        if let reservation, reservation != 0 {
            writes.append(LimitWrite("memory.reservation", reservation, "memory", "memory.soft_limit_in_bytes").unlimited(reservation == -1))
        }
        if let swappiness { writes.append(LimitWrite("memory.swappiness", swappiness, "memory", "memory.swappiness")) }
        if let disableOOMKiller {
            writes.append(
                LimitWrite("memory.disableOOMKiller", "\(disableOOMKiller)", "memory", [.init("memory.oom_control", disableOOMKiller ? "1" : "0")])
                    .shaped(.valueOf(key: "oom_kill_disable")).unlimited(!disableOOMKiller))
        }
        // The kernel counts its own memory with the rest, and takes no limit of it any more (since 5.16), but still one of
        // the buffers of TCP; useHierarchy is always on (since 5.11): only its contrary cannot be had.
        if useHierarchy == false { writes.append(LimitWrite("memory.useHierarchy", "false", "memory", [])) }
        if let kernel, kernel > 0 { writes.append(LimitWrite("memory.kernel", "\(kernel)", "memory", [])) }
        if let kernelTCP, kernelTCP != 0 {
            writes.append(LimitWrite("memory.kernelTCP", kernelTCP, "memory", "memory.kmem.tcp.limit_in_bytes").unlimited(kernelTCP == -1))
        }
        return writes
    }
}

extension Resources.BlockIO {
    fileprivate var version1Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        // BFQ's names; those without it are of CFQ, which went with Linux 5.0.
        if let weight, weight != 0 {
            writes.append(LimitWrite("blockIO.weight", "\(weight)", "blkio", [.init("blkio.bfq.weight", "\(weight)"), .init("blkio.weight", "\(weight)")]))
        }
        if let leafWeight, leafWeight != 0 { writes.append(LimitWrite("blockIO.leafWeight", leafWeight, "blkio", "blkio.leaf_weight")) }
        for (index, device) in weightDevice.enumerated() {
            let number = "\(device.major):\(device.minor)"
            if let weight = device.weight, weight != 0 {
                let text = "\(number) \(weight)"
                writes.append(
                    LimitWrite("blockIO.weightDevice[\(index)].weight", text, "blkio", [.init("blkio.bfq.weight_device", text), .init("blkio.weight_device", text)])
                        .replacing(line: number, none: "\(number) 0"))
            }
            if let weight = device.leafWeight, weight != 0 {
                writes.append(
                    LimitWrite("blockIO.weightDevice[\(index)].leafWeight", "\(number) \(weight)", "blkio", "blkio.leaf_weight_device")
                        .replacing(line: number, none: "\(number) 0"))
            }
        }
        for (name, list, version1, _) in throttles {
            for (index, device) in list.enumerated() {
                let number = "\(device.major):\(device.minor)"
                writes.append(
                    LimitWrite("blockIO.\(name)[\(index)]", "\(number) \(device.rate)", "blkio", "blkio.throttle.\(version1)")
                        .replacing(line: number, none: "\(number) 0").unlimited(device.rate == 0))
            }
        }
        return writes
    }

    /// The lists of limits on throughput, with the file of v1 and the key of v2's `io.max`.
    var throttles: [(name: String, list: [Resources.ThrottleDevice], version1: String, version2: String)] {
        [
            ("throttleReadBpsDevice", throttleReadBpsDevice, "read_bps_device", "rbps"),
            ("throttleWriteBpsDevice", throttleWriteBpsDevice, "write_bps_device", "wbps"),
            ("throttleReadIOPSDevice", throttleReadIOPSDevice, "read_iops_device", "riops"),
            ("throttleWriteIOPSDevice", throttleWriteIOPSDevice, "write_iops_device", "wiops"),
        ]
    }
}

extension Resources.Network {
    fileprivate var version1Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        if let classID { writes.append(LimitWrite("network.classID", classID, "net_cls", "net_cls.classid")) }
        for (index, interface) in priorities.enumerated() {
            writes.append(
                LimitWrite("network.priorities[\(index)]", "\(interface.name) \(interface.priority)", "net_prio", "net_prio.ifpriomap")
                    .replacing(line: interface.name, none: "\(interface.name) 0"))
        }
        return writes
    }
}

// MARK: what both versions share

extension Resources {
    var rdmaLimits: [LimitWrite] {
        rdma.sorted { $0.key < $1.key }.map { name, device in
            let limits = [device.hcaHandles.map { "hca_handle=\($0)" }, device.hcaObjects.map { "hca_object=\($0)" }].compactMap { $0 }
            return LimitWrite("rdma[\"\(name)\"]", "\(name) \(limits.joined(separator: " "))", "rdma", "rdma.max")
                .replacing(line: name, none: "\(name) \(Resources.Rdma.noLimit)")
        }
    }
}

extension Resources.Rdma {
    static let noLimit = "hca_handle=max hca_object=max"
}

extension Resources.HugepageLimit {
    /// The reservation counts first, where the kernel has it: it keeps mmap(2) from failing by SIGBUS later.
    /// Spec: config-linux.md, "Huge page limits".
    func limits(_ index: Int, maximum: String) -> [LimitWrite] {
        let field = "hugepageLimits[\(index)]"
        return [
            LimitWrite(field, "\(pageSize) \(limit)", "hugetlb", [.init("hugetlb.\(pageSize).rsvd.\(maximum)", "\(limit)")]).ifAbsent(.harmless),
            LimitWrite(field, "\(pageSize) \(limit)", "hugetlb", [.init("hugetlb.\(pageSize).\(maximum)", "\(limit)")])
                .ifAbsent(.invalid("this kernel has no huge pages of \(pageSize)")),
        ]
    }
}

extension LimitWrite {
    static func pids(_ limit: Int64) -> LimitWrite {
        LimitWrite("pids.limit", limit, "pids", "pids.max", limit == -1 ? "max" : nil).unlimited(limit == -1)
    }

    /// What is idle has no weight, and the kernel takes none for it; systemd makes it idle first.
    func besides(idle: Int64?) -> LimitWrite {
        var write = self
        write.mayBeRefused = idle == 1
        return write
    }

    /// Where there is no such file, nothing is lost.
    func unlimited(_ isUnlimited: Bool) -> LimitWrite { isUnlimited ? ifAbsent(.harmless) : self }
}
