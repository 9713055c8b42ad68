import LinuxKernel
import RuntimeSpec
import SystemPackage

extension ResctrlGroup {
    /// What the container may use of caches and of memory bandwidth, and what its processes have used; what the processor
    /// cannot limit or count is left out. Kernel: filesystems/resctrl.rst.
    public func statistics() throws(CgroupError) -> ContainerStatistics.IntelRdt {
        try attempt("read the statistics of", path) { () throws(KernelError) in
            var statistics = ContainerStatistics.IntelRdt()
            let root = StatisticsDirectory(path: CgroupLocation.parent(of: path))
            let own = StatisticsDirectory(path: path)
            try statistics.readCache(own, root: root)
            try statistics.readBandwidth(own, root: root)
            try statistics.readMonitoring(below: (monitoring ?? path) + "/mon_data")
            return statistics
        }
    }
}

extension ContainerStatistics.IntelRdt {
    fileprivate mutating func readCache(_ own: StatisticsDirectory, root: StatisticsDirectory) throws(KernelError) {
        // With code and data apart the kernel has two of them, with the same numbers.
        for name in ["L3", "L3CODE"] {
            guard let mask = try root.text("info/\(name)/cbm_mask") else { continue }
            var info = L3CacheInfo()
            info.cbmMask = mask.trimmingNewline
            info.minCbmBits = try root.number("info/\(name)/min_cbm_bits")
            info.numClosids = try root.number("info/\(name)/num_closids")
            l3CacheInfo = info
            l3CacheSchemaRoot = try root.schema { $0.hasPrefix("L3") }
            l3CacheSchema = try own.schema { $0.hasPrefix("L3") }
            return
        }
    }

    fileprivate mutating func readBandwidth(_ own: StatisticsDirectory, root: StatisticsDirectory) throws(KernelError) {
        guard try root.text("info/MB/bandwidth_gran") != nil else { return }
        var info = MemBwInfo()
        info.bandwidthGran = try root.number("info/MB/bandwidth_gran")
        info.delayLinear = try root.number("info/MB/delay_linear")
        info.minBandwidth = try root.number("info/MB/min_bandwidth")
        info.numClosids = try root.number("info/MB/num_closids")
        memBwInfo = info
        memBwSchemaRoot = try root.schema { $0 == "MB" }
        memBwSchema = try own.schema { $0 == "MB" }
    }

    /// One directory for each L3 cache: `mon_L3_00`.
    fileprivate mutating func readMonitoring(below path: String) throws(KernelError) {
        guard let directory = try FileDescriptor.currentDirectory.openIfThere(path, [.readOnly, .directory]) else { return }
        for name in try directory.directoryEntries().map(\.description).sorted() where name.hasPrefix("mon_L3_") {
            let domain = StatisticsDirectory(path: path + "/" + name)
            if try domain.text("mbm_total_bytes") != nil {
                var bandwidth = MemoryBandwidth()
                bandwidth.total = try domain.number("mbm_total_bytes")
                bandwidth.local = try domain.number("mbm_local_bytes")
                mbmStats.append(bandwidth)
            }
            if try domain.text("llc_occupancy") != nil {
                var occupancy = CacheOccupancy()
                occupancy.llcOccupancy = try domain.number("llc_occupancy")
                cmtStats.append(occupancy)
            }
        }
    }
}

extension StatisticsDirectory {
    /// The lines of the schemata whose resource is one of those, without what the kernel pads them with; nil where there are none.
    fileprivate func schema(_ isWanted: (String) -> Bool) throws(KernelError) -> String? {
        let lines = try (text("schemata") ?? "").parts(at: "\n").filter { isWanted(ResctrlSchema($0).resource) }
        return lines.isEmpty ? nil : lines.map { String($0.drop { $0 == " " }) }.joined(separator: "\n")
    }
}
