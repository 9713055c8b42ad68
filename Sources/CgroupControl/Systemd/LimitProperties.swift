import RuntimeSpec

/// What systemd has properties for, of the limits that are written into a cgroup: it would write its own value there again
/// when it reloads. The rest are the files' alone. Man: systemd.resource-control(5), org.freedesktop.systemd1(5).
struct LimitProperties {
    /// In microseconds; what the kernel takes where no period is given.
    private static let defaultPeriod: UInt64 = 100_000
    /// systemd's `infinity`.
    private static let unlimited = UInt64.max

    /// By the file that the limit is written into; `since` is the first version of systemd that knows the property.
    private static let version2: [String: (property: String, since: Int, value: @Sendable (String) -> BusValue?)] = [
        "cpu.weight": ("CPUWeight", 0, number),
        // A weight of 0 is SCHED_IDLE; what ends it is in `add`.
        "cpu.idle": ("CPUWeight", 252, { $0 == "1" ? .uint64(0) : nil }),
        "cpuset.cpus": ("AllowedCPUs", 244, mask),
        "cpuset.mems": ("AllowedMemoryNodes", 244, mask),
        "memory.max": ("MemoryMax", 0, number),
        "memory.high": ("MemoryHigh", 0, number),
        "memory.low": ("MemoryLow", 0, number),
        "memory.min": ("MemoryMin", 240, number),
        "memory.swap.max": ("MemorySwapMax", 0, number),
        "pids.max": ("TasksMax", 0, tasks),
        "io.weight": ("IOWeight", 0, { $0.hasPrefix("default ") ? number(String($0.dropFirst("default ".count))) : nil }),
    ]
    private static let version1: [String: (property: String, since: Int, value: @Sendable (String) -> BusValue?)] = [
        "cpu.shares": ("CPUShares", 0, number),
        "memory.limit_in_bytes": ("MemoryLimit", 0, number),
        "blkio.weight": ("BlockIOWeight", 0, number),
        "pids.max": ("TasksMax", 0, tasks),
    ]

    private let managerVersion: Int
    private let current: CurrentLimits
    private var properties: [UnitProperty] = []
    /// nil for none; set where one is asked for.
    private var quota: UInt64??
    private var period: UInt64?

    /// In the order of the limits; where two set the same property, the last one counts.
    static func properties(of plan: LimitPlan, _ current: CurrentLimits = CurrentLimits(), managerVersion: Int) -> [UnitProperty] {
        var limits = LimitProperties(managerVersion: managerVersion, current: current)
        for write in plan.version1 { for entry in write.entries { limits.add(entry, Self.version1) } }
        for write in plan.version2 { for entry in write.entries { limits.add(entry, Self.version2) } }
        limits.addQuota()
        return limits.properties
    }

    private init(managerVersion: Int, current: CurrentLimits) {
        self.managerVersion = managerVersion
        self.current = current
    }

    private mutating func add(_ entry: LimitWrite.Entry, _ table: [String: (property: String, since: Int, value: @Sendable (String) -> BusValue?)]) {
        switch entry.file {
        case "cpu.max":
            let words = entry.text.split(separator: " ")
            quota = .some(words.first.flatMap { UInt64($0) })
            if words.count > 1 { period = UInt64(words[1]) }
        case "cpu.cfs_quota_us": quota = .some(UInt64(entry.text))
        case "cpu.cfs_period_us": period = UInt64(entry.text)
        // Without a weight of its own it has that of every unit again.
        case "cpu.idle" where entry.text == "0":
            if let row = table[entry.file], managerVersion >= row.since, !properties.contains(where: { $0.name == row.property }) { set(UnitProperty(row.property, .uint64(Self.unlimited))) }
        default:
            guard let row = table[entry.file], managerVersion >= row.since, let value = row.value(entry.text) else { return }
            set(UnitProperty(row.property, value))
        }
    }

    /// The quota is a time per second, so that each of both changes with the other: of what is not asked for, what is there counts.
    private mutating func addQuota() {
        guard quota != nil || period != nil else { return }
        let period = period ?? current.period
        if let period, managerVersion >= 242 { set(UnitProperty("CPUQuotaPeriodUSec", .uint64(period))) }
        guard let quota = quota ?? (current.cpuMax == nil ? nil : .some(UInt64(current.quota))) else { return }
        set(UnitProperty("CPUQuotaPerSecUSec", .uint64(quota.map { Self.perSecond(quota: $0, period: period ?? Self.defaultPeriod) } ?? Self.unlimited)))
    }

    private mutating func set(_ property: UnitProperty) {
        properties.removeAll { $0.name == property.name }
        properties.append(property)
    }

    /// Time per second, up to the next whole per cent, which is what systemd counts in: rounded down, it would be less than a
    /// cgroup of the container's own may have. Source: runc's libcontainer/cgroups/systemd, as of 1.0.
    private static func perSecond(quota: UInt64, period: UInt64) -> UInt64 {
        let percent: UInt64 = 10_000
        guard period > 0, case (let product, false) = quota.multipliedReportingOverflow(by: 1_000_000) else { return unlimited }
        let exact = product / period
        let rest = exact % percent
        return rest == 0 ? exact : exact - rest + percent
    }

    /// `max` and negative numbers are no limit.
    private static let number: @Sendable (String) -> BusValue? = { text in
        if text == "max" || text.hasPrefix("-") { return .uint64(unlimited) }
        return UInt64(text).map(BusValue.uint64)
    }

    /// systemd takes no limit of no process.
    private static let tasks: @Sendable (String) -> BusValue? = { $0 == "0" ? nil : number($0) }

    private static let mask: @Sendable (String) -> BusValue? = { text in
        NumberList(text).map { .array(of: "y", $0.maskBytes.map(BusValue.byte)) }
    }
}

extension NumberList {
    /// A bit for each number, the lowest first, in as few bytes as hold them. Man: org.freedesktop.systemd1(5), AllowedCPUs.
    var maskBytes: [UInt8] {
        var bytes = mask.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        while bytes.last == 0 { bytes.removeLast() }
        return bytes
    }
}
