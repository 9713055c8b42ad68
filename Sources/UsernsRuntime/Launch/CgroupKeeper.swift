import CgroupControl
import ContainerInit
import ContainerPlan
import LinuxKernel
import RuntimeSpec

/// The container's cgroup while it is made: what `CgroupForgiveness` forgives is only told.
///
/// A class: whoever cleans up after an error removes what had been made until then.
final class CgroupKeeper {
    private let driver: any CgroupDriver
    private let request: CgroupRequest
    private let journal: CgroupJournal
    private let log: RuntimeLog
    private(set) var cgroup: ContainerCgroup
    /// nil where `linux.intelRdt` asks for none.
    private(set) var resctrl: ResctrlGroup?

    /// Makes it. Errors: those that are not forgiven.
    ///
    /// - Parameter journal: told first, so that whatever interrupts us can be cleaned up.
    init(_ prepared: PreparedContainer, journal: CgroupJournal, log: RuntimeLog) throws(RuntimeError) {
        driver = prepared.cgroupDriver
        request = prepared.cgroupRequest
        self.journal = journal
        self.log = log
        do throws(CgroupError) {
            cgroup = try driver.prepare(request) { (planned) throws(CgroupError) in try journal.write(planned) }
        } catch { throw RuntimeError(error) }
        do throws(CgroupError) { try journal.confirm(cgroup) } catch {
            throw RuntimeError(error.after { () throws(CgroupError) in try driver.remove(cgroup) })
        }
        tell()
        if cgroup.directories.isEmpty && !prepared.plan.namespaces.isNew(.pid) {
            log.warning("without a cgroup and without a PID namespace of its own, processes that the container leaves behind cannot be found when it is deleted")
        }
    }

    /// The class of service; after the cgroup, so that whatever is left of an error here goes away with it.
    func makeResctrlGroup(_ prepared: PreparedContainer) throws(RuntimeError) {
        guard let rdt = prepared.bundle.spec.linux.intelRdt else { return }
        let mounts: [MountInfo]
        do throws(KernelError) { mounts = MountInfo.parse(try prepared.probe.procfs.read("self/mountinfo"), typePrefix: "resctrl") } catch {
            throw RuntimeError("linux.intelRdt", error)
        }
        guard let root = mounts.last?.mountPoint else {
            throw RuntimeError("linux.intelRdt: no resctrl is mounted", hint: "mount -t resctrl resctrl /sys/fs/resctrl, on a processor that has it")
        }
        do throws(CgroupError) {
            resctrl = try ResctrlGroup(making: rdt, containerID: prepared.id.text, root: root) { (new) throws(CgroupError) in
                try journal.write(resctrl: new)
            }
        } catch { throw RuntimeError(error) }
    }

    func joinResctrlGroup(pid: Int32) throws(RuntimeError) {
        do throws(CgroupError) { try resctrl?.join(pid: pid) } catch { throw RuntimeError(error) }
    }

    /// For each hierarchy, by its controllers.
    func shown(of hierarchies: CgroupHierarchies) -> [String: ShownCgroup] {
        var shown: [String: ShownCgroup] = [:]
        for hierarchy in hierarchies.hierarchies {
            shown[hierarchy.controllers] = ShownCgroup(
                container: hierarchy.keys.first.flatMap { cgroup.directories[$0] },
                runtime: request.memberships.first { $0.controllers == hierarchy.controllers }.flatMap { hierarchy.directory(of: $0.path) })
        }
        return shown
    }

    /// Where a clone can start; nil where processes are moved. A limit of no process at all keeps one from starting there, and
    /// not from being moved there.
    func openCloneDirectory() throws(RuntimeError) -> SharedDescriptor? {
        if request.resources.pids?.limit == 0 || request.resources.unified["pids.max"] == "0" { return nil }
        do throws(CgroupError) { return try driver.cloneDirectory(cgroup) } catch { throw RuntimeError(error) }
    }

    func place(pid: Int32) throws(RuntimeError) {
        do throws(CgroupError) {
            try driver.place(pid: pid, in: &cgroup, request)
            if cgroup.unit != nil { try journal.confirm(cgroup) }
        } catch { throw RuntimeError(error) }
        tell()
    }

    private func tell() {
        let (forgiven, warnings) = cgroup.takeNotices()
        for error in forgiven { log.debug(error.message) }
        for warning in warnings { log.warning(warning) }
    }

    /// - Parameter withProcesses: some may be left in it, which nobody else will end.
    func remove(withProcesses: Bool) throws(RuntimeError) {
        do throws(CgroupError) {
            // Where another was quicker to take the unit's name, they are its own.
            if withProcesses, driver.isStillOurs(cgroup) { try driver.killAll(cgroup) }
            try driver.remove(cgroup)
            try resctrl?.remove()
        } catch { throw RuntimeError(error) }
    }
}
