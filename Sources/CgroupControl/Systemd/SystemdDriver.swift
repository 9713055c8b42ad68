import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Cgroups that systemd makes: a transient unit for each container, a scope or a slice, with the cgroup delegated to us.
///
/// systemd makes the cgroups of its own hierarchy, and of those whose controllers it knows; on version 1 the others are
/// ours (`CgroupfsDriver`). What systemd has properties for is set as such; then all limits are written into the files,
/// for they tell more exactly what is meant. Man: systemd.scope(5). Source: systemd.io/CGROUP_DELEGATION.
public struct SystemdDriver: CgroupDriver {
    /// The user's own manager, else the system's.
    private let isOfUser: Bool
    private let files = CgroupfsDriver()

    public var patienceMilliseconds: Int32 { files.patienceMilliseconds }

    public init(ofUser: Bool) { isOfUser = ofUser }

    /// The uid that the user's own manager has; nil where none answers.
    public static func ownerOfUserManager() -> UInt32? {
        do throws(CgroupError) { return try SystemdManager(ofUser: true).ownerUID() } catch { return nil }
    }

    public func prepare(
        _ request: CgroupRequest, journal: (ContainerCgroup) throws(CgroupError) -> Void
    ) throws(CgroupError) -> ContainerCgroup {
        let location = try UnitLocation(request)
        _ = try PropertyAnnotations.properties(of: request.annotations)
        let limits = try CgroupLimits(of: request)
        let forgiveness = request.forgiveness(limited: limits.plan.limitedKeys)
        do throws(CgroupError) { return try prepare(location, request, limits.plan, forgiveness, journal) } catch {
            guard forgiveness.decide(error) == .forgive else { throw error }
            var none = ContainerCgroup()
            none.forgiven.append(error)
            none.warnings = try limits.set(in: none)
            return none
        }
    }

    private func prepare(
        _ location: UnitLocation, _ request: CgroupRequest, _ plan: LimitPlan, _ forgiveness: CgroupForgiveness,
        _ journal: (ContainerCgroup) throws(CgroupError) -> Void
    ) throws(CgroupError) -> ContainerCgroup {
        let manager = try SystemdManager(ofUser: isOfUser)
        guard try !isTaken(location.unit, manager) else {
            throw CgroupError("the unit \(location.unit) is there already", hint: "choose another container ID, or another name in linux.cgroupsPath")
        }
        let places = try places(location, below: try manager.controlGroup(), request.hierarchies)
        let unit = SystemdUnit(name: location.unit, isOfUser: isOfUser)
        let own = CgroupLocation(places: places.filter { !$0.isSystemds })
        try journal(ContainerCgroup(made: Set(own.directories.values), unit: unit))
        var cgroup = try files.create(own, for: plan, forgiveness: forgiveness)
        for place in places where place.isSystemds { for key in place.keys { cgroup.directories[key] = place.directory } }
        cgroup.unit = unit
        return cgroup
    }

    private func places(
        _ location: UnitLocation, below manager: String, _ hierarchies: CgroupHierarchies
    ) throws(CgroupError) -> [CgroupLocation.Place] {
        let path = (manager == "/" ? "" : manager) + location.cgroup
        var places: [CgroupLocation.Place] = []
        for hierarchy in hierarchies.hierarchies {
            guard let directory = hierarchy.directory(of: path) else {
                throw CgroupError(
                    "the cgroup file system on \(hierarchy.mountPoint) does not show systemd's cgroup \(path)", isForgivable: true,
                    hint: "mount it again in the cgroup namespace of systemd, or leave out --systemd-cgroup")
            }
            places.append(CgroupLocation.Place(keys: hierarchy.keys, mountPoint: hierarchy.mountPoint, directory: directory))
        }
        return places
    }

    /// It has to have a process when it starts.
    public func cloneDirectory(_ cgroup: ContainerCgroup) throws(CgroupError) -> SharedDescriptor? { nil }

    public func place(pid: Int32, in cgroup: inout ContainerCgroup, _ request: CgroupRequest) throws(CgroupError) {
        guard let unit = cgroup.unit else { return }
        let limits = try CgroupLimits(of: request)
        do throws(CgroupError) {
            let invocation = try start(unit, pid: pid, cgroup, request, limits)
            cgroup.unit?.invocation = invocation
            // With the name we have what an earlier unit of that name has left.
            cgroup.made.formUnion(cgroup.directories.filter { !CgroupLocation.Place.systemdKeys.contains($0.key) }.values)
        } catch {
            guard request.forgiveness(limited: cgroup.limited).decide(error) == .forgive else { throw error }
            try files.remove(cgroup)
            cgroup = ContainerCgroup()
            cgroup.forgiven.append(error)
            cgroup.warnings = try limits.set(in: cgroup)
            return
        }
        if let directory = cgroup.directories[""], let unified = request.hierarchies.unified {
            // systemd passes on those that it has properties for.
            try files.enableControllers(CgroupLocation.Place(keys: [""], mountPoint: unified.mountPoint, directory: directory))
        }
        try files.place(pid: pid, in: &cgroup, request)
        cgroup.warnings += try limits.set(in: cgroup)
    }

    /// Returns which run of the unit it is: whatever has its name otherwise is somebody else's, and is not stopped.
    private func start(
        _ unit: SystemdUnit, pid: Int32, _ cgroup: ContainerCgroup, _ request: CgroupRequest, _ limits: CgroupLimits
    ) throws(CgroupError) -> String {
        let manager = try SystemdManager(ofUser: unit.isOfUser)
        let version = try manager.version()
        var properties = UnitProperty.ofNewUnit(
            try UnitLocation(request), pid: pid, containerID: request.containerID, isUnified: request.hierarchies.isUnified, managerVersion: version)
        properties += limits.properties(of: cgroup, managerVersion: version)
        // A property that is given twice is the last one, but a list is all of them.
        for property in try PropertyAnnotations.properties(of: request.annotations) {
            properties.removeAll { $0.name == property.name }
            properties.append(property)
        }
        try manager.startTransient(unit.name, properties)
        guard version >= 232 else { return "" }
        do throws(CgroupError) {
            guard let invocation = try manager.invocation(of: unit.name) else { throw CgroupError("\(unit.name) has ended before its container began") }
            return invocation
        } catch {
            try manager.stop(unit.name)
            throw error
        }
    }

    /// Whether the unit of that name is the one that was started for the container: it ends with its last process, and then
    /// the name is free for others.
    private func isOurs(_ unit: SystemdUnit, _ manager: SystemdManager) throws(CgroupError) -> Bool {
        guard let invocation = unit.invocation else { return false }
        if invocation.isEmpty { return true }
        return try manager.invocation(of: unit.name) == invocation
    }

    private func isTaken(_ name: String, _ manager: SystemdManager) throws(CgroupError) -> Bool {
        let state = try manager.activeState(name)
        return state != nil && state != "failed" && state != "inactive"
    }

    /// Where nobody answers there is no other unit either.
    public func isStillOurs(_ cgroup: ContainerCgroup) -> Bool {
        guard let unit = cgroup.unit else { return true }
        do throws(CgroupError) {
            let manager = try SystemdManager(ofUser: unit.isOfUser)
            if try isOurs(unit, manager) { return true }
            return try !isTaken(unit.name, manager)
        } catch { return true }
    }

    /// systemd moves a process that we may not: one that comes from another session.
    public func join(pid: Int32, _ cgroup: ContainerCgroup, forgiveness: CgroupForgiveness) throws(CgroupError) {
        guard let unit = cgroup.unit else { return try files.join(pid: pid, cgroup, forgiveness: forgiveness) }
        do throws(CgroupError) {
            let strict = CgroupForgiveness(rootlessCgroups: false, pathAsked: true, limited: [])
            try files.join(pid: pid, cgroup, forgiveness: strict)
        } catch {
            guard error.isForgivable, let path = cgroup.pathInUnit else { throw error }
            // Whoever asks may know another place in the unit, and forgives this one only then.
            do throws(CgroupError) { try SystemdManager(ofUser: unit.isOfUser).attach(pid: pid, to: unit.name, below: path) } catch let second {
                throw second.withMessage("\(error.message); \(second.message)")
            }
        }
    }

    /// A property that changes makes systemd write all of the unit's into the files, with its own roundings and defaults: what was
    /// there before is written again after it, and then the change.
    public func apply(_ update: LimitUpdate, to cgroup: ContainerCgroup) throws(CgroupError) -> [String] {
        guard let unit = cgroup.unit else { return try files.apply(update, to: cgroup) }
        let limits = try CgroupLimits(changing: cgroup, update)
        let manager = try SystemdManager(ofUser: unit.isOfUser)
        let properties = limits.properties(of: cgroup, managerVersion: try manager.version())
        if properties.isEmpty { return try limits.set(in: cgroup) }
        try limits.requireAll(in: cgroup)
        let old = try manager.values(properties.map(\.name), of: unit.name), files = try UnitFiles(of: cgroup)
        let devices = update.options.appliesDevices && cgroup.deviceKey == "devices" ? CgroupLimits(devicesOf: update.before) : nil
        return try standingStill(cgroup, while: devices != nil) { () throws(CgroupError) in
            do throws(CgroupError) {
                try manager.setProperties(properties, of: unit.name)
                try files.restore()
                if let devices { _ = try devices.set(in: cgroup) }
                return try limits.set(in: cgroup)
            } catch {
                throw error.after { () throws(CgroupError) in if !old.isEmpty { try manager.setProperties(old.replacing, of: unit.name) } }
                    .after(files.restore)
                    .after { () throws(CgroupError) in if let devices { _ = try devices.set(in: cgroup) } }
            }
        }
    }

    /// On version 1 systemd takes all devices away before it allows its own again: nobody should notice.
    private func standingStill(
        _ cgroup: ContainerCgroup, while isNeeded: Bool, _ body: () throws(CgroupError) -> [String]
    ) throws(CgroupError) -> [String] {
        guard isNeeded, let freezer = cgroup.freezer, try !freezer.isFrozen() else { return try body() }
        try freezer.freeze()
        let warnings: [String]
        do throws(CgroupError) { warnings = try body() } catch { throw error.after(freezer.thaw) }
        try freezer.thaw()
        return warnings
    }

    /// Stops the unit, and removes the directories that are ours.
    public func remove(_ cgroup: ContainerCgroup, whileBusy: () -> Void) throws(CgroupError) {
        if let unit = cgroup.unit, unit.invocation != nil {
            do throws(CgroupError) {
                let manager = try SystemdManager(ofUser: unit.isOfUser)
                if try isOurs(unit, manager) {
                    try manager.stop(unit.name)
                } else if try isTaken(unit.name, manager) {
                    // With the name it has the directories of that name.
                    return
                }
            } catch {
                // Where the manager is gone, so are its units, and where the cgroup is gone, the unit is collected.
                let isLeft = cgroup.directories.values.contains { access($0, F_OK) == 0 }
                guard error.isForgivable, !isLeft else { throw error }
            }
        }
        try files.remove(cgroup, whileBusy: whileBusy)
    }
}

extension CgroupLimits {
    fileprivate func properties(of cgroup: ContainerCgroup, managerVersion: Int) -> [UnitProperty] {
        LimitProperties.properties(of: plan, current, managerVersion: managerVersion)
            + DeviceProperties.properties(of: devices, version1: cgroup.deviceKey == "devices", managerVersion: managerVersion)
    }
}

extension CgroupLocation.Place {
    /// systemd makes and removes it by itself.
    fileprivate var isSystemds: Bool { keys.count == 1 && Self.systemdKeys.contains(keys[0]) }
    fileprivate static let systemdKeys = ["", "name=systemd"]
}
