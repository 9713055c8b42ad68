extension Resources {
    /// The rules that hold on every host, for `linux.resources` and for what `update` is given; errors name the field as
    /// seen from the resources. What else a kernel does not take is its own answer.
    ///
    /// 0 of a time, a weight or an amount of memory stands for "not given", as callers that cannot leave a number out mean it.
    public func validate() throws(SpecError) {
        if let memory { try within("memory") { () throws(SpecError) in try memory.validate() } }
        if let cpu { try within("cpu") { () throws(SpecError) in try cpu.validate() } }
        if let limit = pids?.limit { try requireLimit(limit, "pids.limit") }
        if let blockIO { try within("blockIO") { () throws(SpecError) in try blockIO.validate() } }
        try withinEach(hugepageLimits, in: "hugepageLimits") { (huge) throws(SpecError) in
            try require(huge.isPageSize, "pageSize", "must be a size such as 64KB, 2MB or 1GB, is \(huge.pageSize.debugDescription)")
        }
        if let network {
            try withinEach(network.priorities, in: "network.priorities") { (interface) throws(SpecError) in try requireWord(interface.name, "name") }
        }
        for (name, device) in rdma.sorted(by: { $0.key < $1.key }) {
            try requireWord(name, "rdma[\(name.debugDescription)]")
            try require(device.hcaHandles != nil || device.hcaObjects != nil, "rdma[\(name.debugDescription)]", "needs hcaHandles or hcaObjects")
        }
        for (file, value) in unified.sorted(by: { $0.key < $1.key }) {
            let name = "unified[\(file.debugDescription)]"
            let isFileName = !file.isEmpty && !file.utf8.contains(UInt8(ascii: "/")) && !file.utf8.contains(0) && !file.hasPrefix(".")
            try require(isFileName, name, "must be the name of a file of cgroup v2")
            try require(!value.isEmpty, name, "has no value")
        }
        try withinEach(devices, in: "devices") { (device) throws(SpecError) in try device.validate() }
    }
}

/// A number, or -1 for no limit.
private func requireLimit(_ value: Int64?, _ name: String) throws(SpecError) {
    guard let value else { return }
    try require(value >= -1, name, "must be -1, for no limit, or a number from 0 on, is \(value)")
}

private func requireRange<Value: FixedWidthInteger>(_ value: Value?, _ range: ClosedRange<Value>, _ name: String) throws(SpecError) {
    guard let value, value != 0 else { return }
    try require(range.contains(value), name, "must be a number from \(range.lowerBound) to \(range.upperBound), is \(value)")
}

/// Something that the kernel reads up to a space.
private func requireWord(_ text: String, _ name: String) throws(SpecError) {
    let isWord = !text.isEmpty && !text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == 0 }
    try require(isWord, name, "must be a name without spaces, is \(text.debugDescription)")
}

extension Resources.Memory {
    fileprivate func validate() throws(SpecError) {
        for (name, value) in [("limit", limit), ("reservation", reservation), ("swap", swap), ("kernel", kernel), ("kernelTCP", kernelTCP)] {
            try requireLimit(value, name)
        }
        if let swap, swap > 0, let limit, limit != 0 {
            try require(limit > 0 && swap >= limit, "swap", "\(swap) counts memory and swap together, and is below limit \(limit)")
        }
        if let swappiness { try require(swappiness <= 100, "swappiness", "must be a number from 0 to 100, is \(swappiness)") }
    }
}

extension Resources.CPU {
    /// Kernel: Documentation/scheduler/sched-bwc.rst; MAX_SHARES in kernel/sched/sched.h.
    fileprivate func validate() throws(SpecError) {
        try requireRange(shares, 2...262_144, "shares")
        try requireRange(period, 1000...1_000_000, "period")
        if quota != -1 { try requireRange(quota, 1000...Int64.max, "quota") }
        if let burst, let quota, quota > 0 { try require(burst <= UInt64(quota), "burst", "\(burst) is above quota \(quota)") }
        try requireLimit(realtimeRuntime, "realtimeRuntime")
        if let realtimeRuntime, let realtimePeriod, realtimeRuntime > 0, realtimePeriod > 0 {
            try require(UInt64(realtimeRuntime) <= realtimePeriod, "realtimeRuntime", "\(realtimeRuntime) is above realtimePeriod \(realtimePeriod)")
        }
        if let idle { try require((0...1).contains(idle), "idle", "must be 0 or 1, is \(idle)") }
    }
}

extension Resources.BlockIO {
    private static let weights: ClosedRange<UInt16> = 10...1000

    fileprivate func validate() throws(SpecError) {
        try requireRange(weight, Self.weights, "weight")
        try requireRange(leafWeight, Self.weights, "leafWeight")
        try withinEach(weightDevice, in: "weightDevice") { (device) throws(SpecError) in
            try requireDevice(device.major, device.minor)
            try requireRange(device.weight, Self.weights, "weight")
            try requireRange(device.leafWeight, Self.weights, "leafWeight")
            try require(device.weight != nil || device.leafWeight != nil, "weight", "or leafWeight must be given")
        }
        let throttles = [
            ("throttleReadBpsDevice", throttleReadBpsDevice), ("throttleWriteBpsDevice", throttleWriteBpsDevice),
            ("throttleReadIOPSDevice", throttleReadIOPSDevice), ("throttleWriteIOPSDevice", throttleWriteIOPSDevice),
        ]
        for (name, list) in throttles {
            try withinEach(list, in: name) { (device) throws(SpecError) in try requireDevice(device.major, device.minor) }
        }
    }

    /// As wide as the kernel's own numbers. Man: makedev(3).
    private func requireDevice(_ major: Int64, _ minor: Int64) throws(SpecError) {
        try require((0...0xfff).contains(major), "major", "must be a number from 0 to 4095, is \(major)")
        try require((0...0xfffff).contains(minor), "minor", "must be a number from 0 to 1048575, is \(minor)")
    }
}

extension Resources.HugepageLimit {
    fileprivate var isPageSize: Bool {
        let digits = pageSize.prefix { $0.isASCII && $0.isNumber }
        return !digits.isEmpty && ["KB", "MB", "GB"].contains(pageSize.dropFirst(digits.count))
    }
}

extension Resources.DeviceCgroup {
    fileprivate func validate() throws(SpecError) {
        for (name, number) in [("major", major), ("minor", minor)] {
            guard let number else { continue }
            // -1 is how some callers write "all".
            try require((-1...0xfffff).contains(number), name, "must be a number from 0 to 1048575, is \(number)")
        }
        guard let access else { return }
        let isAccess = !access.isEmpty && access.utf8.allSatisfy { Array("rwm".utf8).contains($0) }
        try require(isAccess, "access", "must be of the letters r, w and m, is \(access.debugDescription)")
    }
}
