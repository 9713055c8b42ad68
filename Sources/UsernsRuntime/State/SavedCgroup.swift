import CgroupControl
import Glibc
import RuntimeSpec

/// The cgroup of a container that is there, from its state.
struct SavedCgroup {
    private let driver: any CgroupDriver
    let cgroup: ContainerCgroup
    private let forgiveness: CgroupForgiveness
    private let resctrl: ResctrlGroup?
    private let resources: Resources

    init(_ state: SavedState) {
        let saved = state.config.cgroups
        cgroup = ContainerCgroup(
            directories: state.cgroupPaths, made: Set(saved.paths.values), limited: Set(saved.limited),
            unit: saved.unit.map { SystemdUnit(name: $0, isOfUser: saved.ofUser, invocation: saved.invocation ?? "") })
        driver = cgroup.driver
        resources = state.config.resources
        resctrl = state.config.intelRdt.map { ResctrlGroup(path: state.intelRdtPath, $0, containerID: state.id) }
        forgiveness = CgroupForgiveness(
            rootlessCgroups: state.config.rootlessCgroups, pathAsked: saved.path.map { !$0.isEmpty } ?? false, limited: cgroup.limited)
    }

    /// The class of service, which children inherit: whoever comes from outside has to join.
    func joinResctrlGroup(pid: Int32) throws(RuntimeError) {
        do throws(CgroupError) { try resctrl?.join(pid: pid) } catch { throw RuntimeError(error) }
    }

    /// Puts a further process in.
    ///
    /// - Parameters:
    ///   - paths: below the container's cgroup, by controller; what is asked for by name is never forgiven.
    ///   - initCgroup: that of the container's init: on version 2 alone a container may have passed its controllers on, and
    ///     lives below its own cgroup since.
    func join(pid: Int32, below paths: [String: String], or initCgroup: () throws(RuntimeError) -> String?) throws(RuntimeError) {
        do throws(CgroupError) {
            guard paths.isEmpty else {
                let strict = CgroupForgiveness(rootlessCgroups: forgiveness.rootlessCgroups, pathAsked: true, limited: forgiveness.limited)
                return try driver.join(pid: pid, try cgroup.descending(into: paths), forgiveness: strict)
            }
            try driver.join(pid: pid, cgroup, forgiveness: forgiveness)
        } catch {
            guard paths.isEmpty else { throw RuntimeError(error) }
            guard error.isBusy, cgroup.directories.count == 1, let own = cgroup.directories[""], let other = try initCgroup(), other.hasPrefix(own + "/")
            else { return try unlessForgiven(error) }
            do throws(CgroupError) {
                try driver.join(pid: pid, try cgroup.descending(into: ["": String(other.dropFirst(own.count))]), forgiveness: forgiveness)
            } catch { try unlessForgiven(error) }
        }
    }

    /// Changes the limits that are given, and nothing where one of them fails. They were asked of `limited` before. Returns the
    /// warnings.
    func apply(_ update: LimitUpdate) throws(RuntimeError) -> [String] {
        do throws(CgroupError) { return try driver.apply(update, to: cgroup) } catch { throw RuntimeError(error) }
    }

    /// What `limited` and `apply` are asked.
    ///
    /// Errors: values that no kernel could take.
    func update(_ change: Resources, options: LimitOptions, on hierarchies: CgroupHierarchies) throws(RuntimeError) -> LimitUpdate {
        do throws(SpecError) { try change.validate() } catch { throw RuntimeError("resources: \(error.description)") }
        return LimitUpdate(change, before: resources, options: options, hierarchies: hierarchies)
    }

    /// The hierarchies that will hold limits when they are applied.
    func limited(by update: LimitUpdate) throws(RuntimeError) -> [String] {
        do throws(CgroupError) { return try cgroup.limited(by: update).sorted() } catch { throw RuntimeError(error) }
    }

    /// Changes lines of the class of service's schemata. Returns those that were there, to be written again by the same call.
    func changeSchemata(_ lines: [String]) throws(RuntimeError) -> [String] {
        guard let resctrl else {
            throw RuntimeError("the container has no class of service whose schemata could be changed", hint: "create it with linux.intelRdt")
        }
        do throws(CgroupError) { return try resctrl.change(lines) } catch { throw RuntimeError(error) }
    }

    func processes() throws(RuntimeError) -> [Int32] {
        guard !cgroup.directories.isEmpty else { throw RuntimeError("the container has no cgroup in which its processes could be found") }
        guard driver.isStillOurs(cgroup) else { return [] }
        do throws(CgroupError) { return try driver.processes(cgroup) } catch { throw RuntimeError(error) }
    }

    func statistics() throws(RuntimeError) -> ContainerStatistics {
        do throws(CgroupError) {
            var statistics = try cgroup.statistics()
            if let resctrl { statistics.intelRdt = try resctrl.statistics() }
            return statistics
        } catch { throw RuntimeError(error) }
    }

    func watchMemory() throws(RuntimeError) -> OutOfMemoryWatch? {
        do throws(CgroupError) { return try OutOfMemoryWatch(cgroup) } catch { throw RuntimeError(error) }
    }

    /// Returns the PIDs of those who were there to get it.
    func signalAll(_ signal: Int32) throws(RuntimeError) -> Set<Int32> {
        guard driver.isStillOurs(cgroup) else { return [] }
        do throws(CgroupError) { return try driver.signalAll(cgroup, signal) } catch {
            try unlessForgiven(error)
            return []
        }
    }

    /// Without waiting for their end.
    func sendKill() throws(RuntimeError) {
        guard driver.isStillOurs(cgroup) else { return }
        do throws(CgroupError) { try driver.sendKill(cgroup) } catch { try unlessForgiven(error) }
    }

    func killAll() throws(RuntimeError) {
        guard driver.isStillOurs(cgroup) else { return }
        do throws(CgroupError) { try driver.killAll(cgroup) } catch { try unlessForgiven(error) }
    }

    /// Returns whether anything stood still, and may do so again.
    @discardableResult
    func letKilledDie() throws(RuntimeError) -> Bool {
        do throws(CgroupError) { return try cgroup.freezer?.letKilledDie() ?? false } catch {
            try unlessForgiven(error)
            return false
        }
    }

    /// - Parameter killing: whoever comes in meanwhile: an `exec` that was let in before, and joins only now.
    func remove(killing: Bool) throws(RuntimeError) {
        do throws(CgroupError) {
            try driver.remove(cgroup) {
                // What cannot be killed stays, and that is the error.
                do throws(RuntimeError) { if killing { try sendKill() } } catch {}
            }
        } catch { try unlessForgiven(error) }
        do throws(CgroupError) { try resctrl?.remove() } catch { throw RuntimeError(error) }
    }

    /// Whether the caller may move processes into it: it was delegated. One that has gone with its last process, as a scope
    /// of systemd's does, refuses nothing.
    var isWritable: Bool { cgroup.mainDirectory.map { access($0 + "/cgroup.procs", W_OK) == 0 || errno == ENOENT } ?? false }

    // MARK: freezer

    /// False too where the container has no cgroup that could be frozen. `atAGlance`: see `Freezer.isFrozen`.
    func isFrozen(atAGlance: Bool) throws(RuntimeError) -> Bool {
        do throws(CgroupError) { return try cgroup.freezer?.isFrozen(atAGlance: atAGlance) ?? false } catch {
            try unlessForgiven(error)
            return false
        }
    }

    func freeze(patienceMilliseconds: Int32 = Freezer.usualPatienceMilliseconds) throws(RuntimeError) {
        guard var freezer = cgroup.freezer else {
            throw RuntimeError("the container has no cgroup that can be frozen", hint: "mount the freezer hierarchy of cgroup v1, or use cgroup v2")
        }
        freezer.patienceMilliseconds = patienceMilliseconds
        do throws(CgroupError) { try freezer.freeze() } catch { throw RuntimeError(error) }
    }

    func thaw() throws(RuntimeError) {
        do throws(CgroupError) { try cgroup.freezer?.thaw() } catch { throw RuntimeError(error) }
    }

    private func unlessForgiven(_ error: CgroupError) throws(RuntimeError) {
        if forgiveness.decide(error) == .fail { throw RuntimeError(error) }
    }
}
