import LinuxKernel
import RuntimeSpec
import SystemPackage

/// All that `linux.resources` asks of a container's cgroups, and how it is written into the directories that are there,
/// whoever made them.
struct CgroupLimits {
    let plan: LimitPlan
    /// The last that matches counts; nil where devices are left alone.
    let devices: [DeviceRule]?
    /// What holds up to now, of what a limit may be changed without.
    let current: CurrentLimits
    private let strict: Bool

    /// For a new container, which may use no device but those of its rules.
    init(of request: CgroupRequest) throws(CgroupError) {
        plan = request.resources.hasLimits ? try LimitPlan(request.resources, AvailableControllers(request.hierarchies)) : LimitPlan()
        devices = request.options.appliesDevices ? DeviceRule.all(request.resources.devices) : nil
        current = CurrentLimits()
        strict = request.options.strict
    }

    /// For one that is there: without new rules its devices stay.
    init(changing cgroup: ContainerCgroup, _ update: LimitUpdate) throws(CgroupError) {
        let available = try AvailableControllers(of: cgroup, on: update.hierarchies)
        current = try CurrentLimits(of: cgroup, available)
        plan = try LimitPlan(update.change, available, current)
        devices = update.options.appliesDevices && !update.change.devices.isEmpty ? DeviceRule.all(update.change.devices) : nil
        strict = update.options.strict
        guard let missing = (plan.version1 + plan.version2).first(where: { cgroup.directory(of: $0, plan) == nil }) else { return }
        throw CgroupError.notDelegated(missing, cgroup.mainDirectory ?? "of the container")
    }

    /// Of the same the device rules alone: systemd writes its own over them.
    init(devicesOf resources: Resources) {
        plan = LimitPlan()
        devices = DeviceRule.all(resources.devices)
        current = CurrentLimits()
        strict = false
    }

    /// Errors: what keeps a limit from being set, and can be told before anything is written.
    func requireAll(in cgroup: ContainerCgroup) throws(CgroupError) {
        for (directory, keys) in cgroup.hierarchies {
            let writes = plan.writes(in: keys)
            guard !writes.isEmpty else { continue }
            let reader = try LimitWriter(directory, remembers: false)
            if keys == [""] { try reader.requireControllers(of: writes) }
            for write in writes { try reader.require(write) }
        }
    }

    /// Writes all of them. Returns the warnings. On an error what was there before is there again.
    ///
    /// - Parameter replaces: limits may hold already; false for a directory that is new.
    func set(in cgroup: ContainerCgroup, replaces: (_ directory: String) -> Bool = { _ in true }) throws(CgroupError) -> [String] {
        var writers: [LimitWriter] = []
        do throws(CgroupError) {
            var unavailable = plan.unavailable
            var deviceWriter: LimitWriter?
            for (directory, keys) in cgroup.hierarchies {
                let writes = plan.writes(in: keys)
                let hasDevices = devices != nil && keys.contains(cgroup.deviceKey)
                guard !writes.isEmpty || hasDevices else { continue }
                writers.append(try LimitWriter(directory, remembers: replaces(directory)))
                if hasDevices { deviceWriter = writers.last }
                if keys == [""] { try writers[writers.count - 1].requireControllers(of: writes) }
                unavailable += try writers[writers.count - 1].write(writes)
            }
            let warnings = try LimitPlan.warnings(unavailable: unavailable, strict: strict)
            // Last: it is the only one that cannot always be taken back.
            if let devices, let deviceWriter { try deviceWriter.setDevices(devices, version1: cgroup.deviceKey != "") }
            return warnings
        } catch {
            var told = error
            while var writer = writers.popLast() { told = told.after { () throws(CgroupError) in try writer.restore() } }
            throw told
        }
    }
}

extension CurrentLimits {
    /// Of a container that is there.
    fileprivate init(of cgroup: ContainerCgroup, _ available: AvailableControllers) throws(CgroupError) {
        if let directory = cgroup.directories[""] {
            let reader = try LimitWriter(directory, remembers: false)
            if available.version2.contains("cpu") { cpuMax = try reader.read("cpu.max") }
            if available.version2.contains("memory") { memoryMax = try reader.read("memory.max") }
        }
        if let directory = cgroup.directories["cpu"] {
            let reader = try LimitWriter(directory, remembers: false)
            if let quota = try reader.read("cpu.cfs_quota_us")?.trimmingNewline, let period = try reader.read("cpu.cfs_period_us") {
                cpuMax = "\(quota.hasPrefix("-") ? "max" : quota) \(period)"
            }
        }
    }
}

extension ContainerCgroup {
    /// The keys of the hierarchies that will hold limits when it is applied: whoever cannot join one of them is not let in.
    public func limited(by update: LimitUpdate) throws(CgroupError) -> Set<String> {
        limited.union(try CgroupLimits(changing: self, update).plan.limitedKeys)
    }

    /// nil where the container was given none in that hierarchy.
    fileprivate func directory(of write: LimitWrite, _ plan: LimitPlan) -> String? {
        directories[plan.version1.contains(write) ? write.controller : ""]
    }

    /// Each directory with its keys, in an order that is always the same.
    var hierarchies: [(directory: String, keys: [String])] {
        Set(directories.values).sorted().map { directory in (directory, directories.filter { $0.value == directory }.map(\.key)) }
    }

    /// The hierarchy that decides about devices.
    var deviceKey: String { directories["devices"] == nil ? "" : "devices" }
}

extension Resources {
    /// Device rules are none.
    var hasLimits: Bool {
        memory != nil || cpu != nil || pids != nil || blockIO != nil || network != nil || !hugepageLimits.isEmpty || !rdma.isEmpty || !unified.isEmpty
    }
}

extension LimitWriter {
    /// In version 2 a controller works where the cgroup above passes it on, and that is delegated or is not.
    func requireControllers(of writes: [LimitWrite]) throws(CgroupError) {
        let enabled = Set(try read("cgroup.controllers")?.trimmingNewline.parts(at: " ") ?? [])
        guard let missing = writes.first(where: { !$0.controller.isEmpty && !enabled.contains($0.controller) }) else { return }
        if try read("cgroup.type")?.trimmingNewline.parts(at: " ").contains("threaded") == true {
            throw CgroupError("\(missing.name): the cgroup \(path) is threaded, and so cannot have the controller \(missing.controller)", hint: "choose another linux.cgroupsPath")
        }
        throw CgroupError.notDelegated(missing, path)
    }

    /// In one step, as far as the version lets it.
    fileprivate func setDevices(_ rules: [DeviceRule], version1: Bool) throws(CgroupError) {
        version1 ? try setDeviceList(rules) : try attachDeviceProgram(rules)
    }

    private func attachDeviceProgram(_ rules: [DeviceRule]) throws(CgroupError) {
        let name = "runc_devices", program = try DeviceProgram(rules)
        try attempt("set the device rules of", path) { () throws(KernelError) in
            try LoadedDeviceProgram(program.instructions, name: name).attach(to: directory, name: name)
        }
    }

    private func setDeviceList(_ rules: [DeviceRule]) throws(CgroupError) {
        let list = try DeviceList(rules)
        try attempt("set the device rules of", path) { () throws(KernelError) in
            guard remembers else { return try write(list.writes) }
            let old = try directory.open("devices.list", .readOnly).readText()
            do throws(KernelError) { try write(list.writes(from: old)) } catch {
                let now = try directory.open("devices.list", .readOnly).readText()
                if let change = DeviceList.change(of: now, to: old) { try write(change) }
                throw error
            }
        }
    }

    private func write(_ entries: [LimitWrite.Entry]) throws(KernelError) {
        var open: (name: String, file: SharedDescriptor)?
        for entry in entries {
            if open?.name != entry.file { open = (entry.file, SharedDescriptor(try directory.open(entry.file, .writeOnly))) }
            try open?.file.writeAll(entry.text)
        }
    }
}
