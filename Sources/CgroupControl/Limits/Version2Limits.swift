import RuntimeSpec

/// What is set already of limits that belong together, of which one is changed: in version 2 one file holds both, and systemd
/// makes one number of them.
struct CurrentLimits: Sendable, Equatable {
    /// `cpu.max`, or what it would be in version 1: the quota and the period.
    var cpuMax: String?
    /// `memory.max`.
    var memoryMax: String?

    /// In microseconds; nil in a new cgroup.
    var period: UInt64? { cpuMax.flatMap { $0.trimmingNewline.parts(at: " ").last }.flatMap { UInt64($0) } }
    var quota: String { cpuMax?.split(separator: " ").first.map(String.init) ?? "max" }
    /// nil where there is none.
    var memoryLimitBytes: Int64? { memoryMax.flatMap { Int64($0.filter(\.isNumber)) } }
}

/// `linux.resources` as cgroup v2 sets it; what is missing here v2 has not. Kernel: Documentation/admin-guide/cgroup-v2.
extension Resources {
    func version2Limits(_ current: CurrentLimits) throws(CgroupError) -> [LimitWrite] {
        var writes: [LimitWrite] = []
        if let cpu { writes += cpu.version2Limits(current) }
        if let memory { writes += try memory.version2Limits(current) }
        if let limit = pids?.limit { writes.append(.pids(limit)) }
        if let blockIO { writes += blockIO.version2Limits }
        for (index, huge) in hugepageLimits.enumerated() { writes += huge.limits(index, maximum: "max") }
        return writes + rdmaLimits
    }

    /// The last word: a value that the rest of the resources set too is the one of `unified`.
    var unifiedLimits: [LimitWrite] {
        unified.sorted { $0.key < $1.key }.flatMap { file, text in
            // Files with a line for each device take one in each write.
            text.split(separator: "\n").map { line in
                LimitWrite("unified[\"\(file)\"]", String(line), file.controller, file)
                    .shaped(file.shape(of: line))
                    .ifAbsent(.invalid("cgroup v2 has no such file here"))
            }
        }
    }
}

extension String {
    /// Of `memory.high` it is memory; what begins with `cgroup` every cgroup has.
    fileprivate var controller: String {
        let name = String(prefix { $0 != "." })
        return name == "cgroup" ? "" : name
    }

    /// The files with a line for each device, and what makes such a line as if it were not there.
    fileprivate func shape(of line: Substring) -> LimitWrite.Shape {
        let key = String(line.prefix { $0 != " " })
        return switch self {
        case "io.max": .line(key: key, none: "\(key) \(Resources.BlockIO.noThrottle)")
        case "io.weight", "io.bfq.weight": .line(key: key, none: "\(key) \(key == "default" ? "100" : "default")")
        case "io.latency": .line(key: key, none: "\(key) target=0")
        case "rdma.max": .line(key: key, none: "\(key) \(Resources.Rdma.noLimit)")
        case "misc.max", "dmem.max": .line(key: key, none: "\(key) max")
        default: .value
        }
    }
}

extension Resources.CPU {
    fileprivate func version2Limits(_ current: CurrentLimits) -> [LimitWrite] {
        var writes: [LimitWrite] = []
        if let shares, shares != 0 { writes.append(LimitWrite("cpu.shares", shares, "cpu", "cpu.weight", "\(Conversion.weight(shares: shares))").besides(idle: idle)) }
        let quota = quota.flatMap { $0 == 0 ? nil : $0 }
        if let period, period != 0 {
            let text = quota.map { $0 == -1 ? "max" : "\($0)" } ?? current.quota
            var write = LimitWrite(
                quota == nil ? "cpu.period" : "cpu.quota", quota.map { "\($0)" } ?? "\(period)", "cpu", [.init("cpu.max", "\(text) \(period)")]
            ).unlimited(quota == -1)
            if quota != nil { write.alsoWrites = ["cpu.period"] }
            writes.append(write)
        } else if let quota {
            writes.append(LimitWrite("cpu.quota", quota, "cpu", "cpu.max", quota == -1 ? "max" : nil).unlimited(quota == -1))
        }
        if let burst { writes.append(LimitWrite("cpu.burst", burst, "cpu", "cpu.max.burst").unlimited(burst == 0)) }
        if let idle { writes.append(LimitWrite("cpu.idle", idle, "cpu", "cpu.idle").unlimited(idle == 0)) }
        if let cpus { writes.append(LimitWrite("cpu.cpus", cpus, "cpuset", "cpuset.cpus", requires: .within(parentFile: "cpuset.cpus.effective"))) }
        if let mems { writes.append(LimitWrite("cpu.mems", mems, "cpuset", "cpuset.mems", requires: .within(parentFile: "cpuset.mems.effective"))) }
        return writes
    }
}

extension Resources.Memory {
    fileprivate func version2Limits(_ current: CurrentLimits) throws(CgroupError) -> [LimitWrite] {
        var writes: [LimitWrite] = []
        let limit = limit.flatMap { $0 == 0 ? nil : $0 }
        if let limit {
            var write = LimitWrite("memory.limit", limit, "memory", "memory.max", limit == -1 ? "max" : nil).unlimited(limit == -1)
            // Version 1 refuses it; here the kernel would kill until it fits.
            if checkBeforeUpdate == true, limit != -1 { write.requirement = .holds(usageFile: "memory.current", limitBytes: limit) }
            writes.append(write)
        }
        if let swap, swap != 0 {
            guard let text = Conversion.swapMax(memoryAndSwap: swap, memoryLimit: limit ?? current.memoryLimitBytes) else {
                throw CgroupError("linux.resources.memory.swap \(swap): counts memory and swap together, and so needs a memory.limit, not above it")
            }
            writes.append(LimitWrite("memory.swap", swap, "memory", "memory.swap.max", text).unlimited(swap == -1))
        } else if limit == -1 {
            writes.append(LimitWrite("memory.limit", -1, "memory", "memory.swap.max", "max").unlimited(true))
        }
        if let reservation, reservation != 0 {
            writes.append(
                LimitWrite("memory.reservation", reservation, "memory", "memory.low", reservation == -1 ? "max" : nil).unlimited(reservation == -1))
        }
        return writes
    }
}

extension Resources.BlockIO {
    fileprivate static let noThrottle = "rbps=max wbps=max riops=max wiops=max"

    fileprivate var version2Limits: [LimitWrite] {
        var writes: [LimitWrite] = []
        func weightWrite(_ field: String, _ target: String, _ weight: UInt16) -> LimitWrite {
            LimitWrite(
                field, "\(weight)", "io",
                [.init("io.bfq.weight", "\(target) \(weight)"), .init("io.weight", "\(target) \(Conversion.ioWeight(blkioWeight: weight))")])
        }
        if let weight, weight != 0 {
            writes.append(weightWrite("blockIO.weight", "default", weight).replacing(line: "default", none: "default 100"))
        }
        for (index, device) in weightDevice.enumerated() {
            let number = "\(device.major):\(device.minor)"
            if let weight = device.weight, weight != 0 {
                writes.append(weightWrite("blockIO.weightDevice[\(index)].weight", number, weight).replacing(line: number, none: "\(number) default"))
            }
        }
        for (name, list, _, key) in throttles {
            for (index, device) in list.enumerated() {
                let number = "\(device.major):\(device.minor)"
                writes.append(
                    LimitWrite("blockIO.\(name)[\(index)]", "\(number) \(device.rate)", "io", [.init("io.max", "\(number) \(key)=\(device.rate == 0 ? "max" : "\(device.rate)")")])
                        .replacing(line: number, none: "\(number) \(Self.noThrottle)").unlimited(device.rate == 0))
            }
        }
        return writes
    }
}
