import CgroupControl
import ContainerPlan
import LinuxKernel
import RuntimeSpec

/// The container's cgroup, as the rules of rootless.md have it: what is forgiven is only told.
struct CgroupKeeper {
    private let driver = CgroupfsDriver()
    private let forgiveness: CgroupForgiveness
    private let location: CgroupLocation?
    /// Our own.
    private let memberships: [CgroupMembership]
    private(set) var cgroup: ContainerCgroup

    /// Makes it. Errors: those that are not forgiven.
    ///
    /// - Parameter journal: told first, so that whatever interrupts us can be cleaned up.
    init(_ prepared: PreparedContainer, journal: CgroupJournal, log: RuntimeLog) throws(RuntimeError) {
        let linux = prepared.bundle.spec.linux
        forgiveness = CgroupForgiveness(
            // Limits are accepted with a warning and not applied yet, so none of them needs a cgroup.
            rootlessCgroups: prepared.facts.privilege.rootlessCgroups, limitsAsked: false,
            pathAsked: linux.cgroupsPath.map { !$0.isEmpty } ?? false)
        memberships = prepared.facts.cgroupMemberships
        do throws(CgroupError) {
            let found = try CgroupLocation(
                hierarchies: prepared.facts.cgroupHierarchies, memberships: memberships, cgroupsPath: linux.cgroupsPath,
                containerID: prepared.id.text)
            try journal.write(found)
            cgroup = try driver.create(found, forgiveness: forgiveness)
            location = found
        } catch {
            guard forgiveness.decide(error) == .forgive else { throw RuntimeError(error) }
            log.debug("no cgroup: \(error.message)")
            location = nil
            cgroup = ContainerCgroup()
        }
        for error in cgroup.forgiven { log.debug(error.message) }
        if cgroup.directories.isEmpty && !prepared.plan.namespaces.own.contains(.pid) {
            log.warning("without a cgroup and without a PID namespace of its own, processes that the container leaves behind cannot be found when it is deleted")
        }
    }

    /// For each hierarchy, by its controllers: where the container is, or, where joining was forgiven, where we are.
    func candidates(_ hierarchies: CgroupHierarchies) -> [String: [String]] {
        var candidates: [String: [String]] = [:]
        for hierarchy in hierarchies.hierarchies {
            let made = hierarchy.keys.first.flatMap { cgroup.directories[$0] }
            let own = memberships.first { $0.controllers == hierarchy.controllers }.flatMap { hierarchy.directory(of: $0.path) }
            candidates[hierarchy.controllers] = [made, own].compactMap { $0 }
        }
        return candidates
    }

    /// Where a clone can start; nil where processes are moved.
    func openUnified() throws(RuntimeError) -> SharedDescriptor? {
        guard let location else { return nil }
        do throws(CgroupError) {
            guard let directory = try driver.openUnified(location, cgroup) else { return nil }
            return SharedDescriptor(directory)
        } catch { throw RuntimeError(error) }
    }

    mutating func join(pid: Int32) throws(RuntimeError) {
        do throws(CgroupError) { try driver.join(pid: pid, &cgroup, forgiveness: forgiveness) } catch { throw RuntimeError(error) }
    }

    func remove() throws(RuntimeError) {
        do throws(CgroupError) { try driver.remove(cgroup) } catch { throw RuntimeError(error) }
    }
}
