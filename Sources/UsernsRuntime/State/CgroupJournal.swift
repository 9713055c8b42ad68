import CgroupControl
import Glibc
import LinuxKernel
import SystemPackage

/// Which cgroups and directories of resctrl are about to be made, until state.json says which were: what `delete` removes of
/// a container whose creation was interrupted.
struct CgroupJournal {
    private static let name = "cgroups.new"
    /// What stands before a unit, which comes first: no directory looks like it.
    private static let user = "user:", system = "system:"
    /// What stands before a directory of resctrl.
    private static let resctrl = "resctrl:"

    let directory: ContainerDirectory

    /// Notes those that are not there yet: what others made is never removed.
    func write(_ planned: ContainerCgroup) throws(CgroupError) {
        let new = planned.made.filter { access($0, F_OK) != 0 }
        do throws(KernelError) {
            let file = try directory.open(Self.name, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
            let unit = planned.unit.map { ["\($0.isOfUser ? Self.user : Self.system)\($0.name)"] } ?? []
            try file.writeAll((unit + new.sorted()).joined(separator: "\0"))
        } catch { throw CgroupError("cannot note the cgroups of \(directory.id.text): \(error)") }
    }

    /// Notes the directories of resctrl too, after the cgroups. Removed in this order.
    func write(resctrl directories: [String]) throws(CgroupError) {
        let new = directories.filter { access($0, F_OK) != 0 }
        do throws(KernelError) {
            let file = try directory.open(Self.name, [.writeOnly, .create, .append, .noFollow], mode: 0o600)
            try file.writeAll(new.map { "\0\(Self.resctrl)\($0)" }.joined())
        } catch { throw CgroupError("cannot note the resctrl group of \(directory.id.text): \(error)") }
    }

    /// The cgroup of a container without state.json, and its directories of resctrl; empty where its creation did not come so far.
    func read() throws(KernelError) -> (cgroup: ContainerCgroup, resctrl: [String]) {
        do throws(KernelError) {
            let text = try directory.open(Self.name, [.readOnly, .noFollow]).readText()
            var directories = text.split(separator: "\0").map(String.init)
            var unit: SystemdUnit?
            for manager in [Self.user, Self.system] where directories.first?.hasPrefix(manager) == true {
                unit = SystemdUnit(name: String(directories.removeFirst().dropFirst(manager.count)), isOfUser: manager == Self.user)
            }
            let groups = directories.filter { $0.hasPrefix(Self.resctrl) }
            return (
                ContainerCgroup(made: Set(directories).subtracting(groups), unit: unit), groups.map { String($0.dropFirst(Self.resctrl.count)) }
            )
        } catch {
            if error.errno == .noSuchFileOrDirectory { return (ContainerCgroup(), []) }
            throw error
        }
    }
}

extension CgroupJournal {
    /// Whatever was interrupted, or cannot be read any more, may have left processes.
    func killAll() throws(RuntimeError) {
        let cgroup = try noted().cgroup
        // First where version 1 freezes: what stands still there dies nowhere else.
        let freezer = cgroup.made.first { access($0 + "/freezer.state", F_OK) == 0 }
        do throws(CgroupError) {
            if let freezer { try cgroup.driver.killAll(ContainerCgroup(directories: ["freezer": freezer])) }
            for directory in cgroup.made { try cgroup.driver.killAll(ContainerCgroup(directories: ["": directory])) }
        } catch { throw RuntimeError(error) }
    }

    func remove() throws(RuntimeError) {
        let (cgroup, resctrl) = try noted()
        do throws(CgroupError) {
            try cgroup.driver.remove(cgroup)
            try ResctrlGroup.remove(resctrl)
        } catch { throw RuntimeError(error) }
    }

    private func noted() throws(RuntimeError) -> (cgroup: ContainerCgroup, resctrl: [String]) {
        do throws(KernelError) { return try read() } catch { throw RuntimeError("cgroups of \(directory.id.text)", error) }
    }
}
