import Foundation

/// A limit of `linux.resources`, with what the kernel's files and systemd's properties say of it.
struct Limit: Sendable {
    struct File: Sendable {
        let name: String
        /// One of those that it has then.
        let line: String

        init(_ name: String, _ line: String) { (self.name, self.line) = (name, line) }

        var controller: String { String(name.prefix { $0 != "." }) }
    }

    /// Below `linux.resources`.
    let field: String
    let value: JSONValue
    /// nil where the version has no such limit.
    private let v1: File?
    private let v2: File?
    /// As `systemctl show` prints it; nil where systemd has none. By version.
    private var property1: String?
    private var property2: String?
    /// systemd writes no other value, of its own rounding, when it reads its units again.
    private(set) var survivesReload = true

    private init(_ field: String, _ value: JSONValue, v1: File? = nil, v2: File? = nil, property1: String? = nil, property2: String? = nil, survivesReload: Bool = true) {
        (self.field, self.value, self.v1, self.v2) = (field, value, v1, v2)
        (self.property1, self.property2, self.survivesReload) = (property1, property2, survivesReload)
    }

    var property: String? { HostFeature.cgroupV2.isThere() ? property2 : property1 }
    /// Of the version that has the controllers on this machine.
    var file: File? { HostFeature.cgroupV2.isThere() ? v2 : v1 }

    /// Those that the setting's cgroups have on this machine, and that can be had together.
    static func all(of setting: CgroupSetting) -> [Limit] {
        all.filter { limit in
            guard let file = limit.file else { return false }
            guard HostFeature.cgroupV2.isThere() else { return access("/sys/fs/cgroup/\(file.controller)", F_OK) == 0 }
            // What systemd has no property for it delegates to nobody.
            return setting.identity == .root || file.controller != "hugetlb"
        }
    }

    private static let all: [Limit] = [
        Limit("memory.limit", 104_857_600, v1: File("memory.limit_in_bytes", "104857600"), v2: File("memory.max", "104857600"), property1: "MemoryLimit=104857600", property2: "MemoryMax=104857600"),
        Limit("memory.swap", 157_286_400, v1: File("memory.memsw.limit_in_bytes", "157286400"), v2: File("memory.swap.max", "52428800"), property2: "MemorySwapMax=52428800"),
        Limit("memory.reservation", 52_428_800, v1: File("memory.soft_limit_in_bytes", "52428800"), v2: File("memory.low", "52428800"), property2: "MemoryLow=52428800"),
        Limit("memory.swappiness", 7, v1: File("memory.swappiness", "7")),
        Limit("memory.kernelTCP", 1_048_576, v1: File("memory.kmem.tcp.limit_in_bytes", "1048576")),
        Limit("memory.disableOOMKiller", true, v1: File("memory.oom_control", "oom_kill_disable 1")),
        Limit("cpu.shares", 512, v1: File("cpu.shares", "512"), v2: File("cpu.weight", "59"), property1: "CPUShares=512", property2: "CPUWeight=59"),
        Limit("cpu.quota", 20_000, v1: File("cpu.cfs_quota_us", "20000"), v2: File("cpu.max", "20000 50000"), property1: "CPUQuotaPerSecUSec=400ms", property2: "CPUQuotaPerSecUSec=400ms"),
        Limit("cpu.period", 50_000, v1: File("cpu.cfs_period_us", "50000"), v2: File("cpu.max", "20000 50000"), property1: "CPUQuotaPeriodUSec=50ms", property2: "CPUQuotaPeriodUSec=50ms"),
        Limit("cpu.burst", 10_000, v1: File("cpu.cfs_burst_us", "10000"), v2: File("cpu.max.burst", "10000")),
        Limit("cpu.cpus", "0", v1: File("cpuset.cpus", "0"), v2: File("cpuset.cpus", "0"), property2: "AllowedCPUs=0"),
        Limit("cpu.mems", "0", v1: File("cpuset.mems", "0"), v2: File("cpuset.mems", "0"), property2: "AllowedMemoryNodes=0"),
        Limit("pids.limit", 64, v1: File("pids.max", "64"), v2: File("pids.max", "64"), property1: "TasksMax=64", property2: "TasksMax=64"),
        // BFQ counts as version 1 does; systemd's weight is another's.
        Limit("blockIO.weight", 200, v1: File("blkio.bfq.weight", "200"), v2: File("io.bfq.weight", "default 200"), property1: "BlockIOWeight=200", property2: "IOWeight=1920", survivesReload: false),
        throttle("throttleReadBpsDevice", 1_048_576, "read_bps_device"), throttle("throttleWriteBpsDevice", 2_097_152, "write_bps_device"),
        throttle("throttleReadIOPSDevice", 100, "read_iops_device"), throttle("throttleWriteIOPSDevice", 200, "write_iops_device"),
        Limit("hugepageLimits", [["pageSize": "2MB", "limit": 4_194_304]], v1: File("hugetlb.2MB.limit_in_bytes", "4194304"), v2: File("hugetlb.2MB.max", "4194304")),
        Limit("hugepageLimits", [["pageSize": "2MB", "limit": 4_194_304]], v1: File("hugetlb.2MB.rsvd.limit_in_bytes", "4194304"), v2: File("hugetlb.2MB.rsvd.max", "4194304")),
        Limit("network.classID", 1_048_577, v1: File("net_cls.classid", "1048577")),
        Limit("network.priorities", [["name": "lo", "priority": 3]], v1: File("net_prio.ifpriomap", "lo 3")),
        Limit("unified", ["memory.high": "94371840"], v2: File("memory.high", "94371840"), property2: "MemoryHigh=94371840"),
    ]

    private static func throttle(_ field: String, _ rate: Int, _ v1: String) -> Limit {
        let disk = Disk.first
        return Limit(
            "blockIO.\(field)", [["major": .init(disk.major), "minor": .init(disk.minor), "rate": .init(rate)]],
            v1: File("blkio.throttle.\(v1)", "\(disk.number) \(rate)"), v2: File("io.max", "\(disk.number) rbps=1048576 wbps=2097152 riops=100 wiops=200"))
    }
}

/// A disk of this machine, of which limits can be set.
struct Disk: Sendable {
    let major: Int
    let minor: Int
    var number: String { "\(major):\(minor)" }

    /// By their names in /sys/block; the last one of the guest's is that of the tests.
    private static let all: [(disk: Disk, scheduler: String)] = {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []).filter { $0.hasPrefix("vd") || $0.hasPrefix("sd") || $0.hasPrefix("nvme") }
        return names.sorted().compactMap { name in
            func read(_ file: String) -> String { (try? String(contentsOfFile: "/sys/block/\(name)/\(file)", encoding: .utf8)) ?? "" }
            let numbers = read("dev").split(whereSeparator: { $0 == ":" || $0 == "\n" }).compactMap { Int($0) }
            return numbers.count == 2 ? (Disk(major: numbers[0], minor: numbers[1]), read("queue/scheduler")) : nil
        }
    }()

    static let first = all.first?.disk ?? Disk(major: 0, minor: 0)
    /// One whose scheduler knows weights.
    static let bfq = all.first { $0.scheduler.contains("[bfq]") }?.disk
}
