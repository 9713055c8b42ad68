import CgroupControl
import Glibc
import LinuxKernel
import SystemPackage

/// Which cgroups and directories of resctrl are about to be made, and then were made, until state.json says which: what `delete`
/// removes of a container whose creation was interrupted.
///
/// A name alone does not tell whose a thing is: once the creation is interrupted somebody else may take it. So what has been
/// made is noted again, by what nobody else's has.
struct CgroupJournal {
    private static let name = "cgroups.new"
    /// What stands before a unit, which comes first: no directory looks like it.
    private static let user = "user:", system = "system:"
    /// What stands before a directory of resctrl.
    private static let resctrl = "resctrl:"
    /// From here on it is noted what was made: before a directory its inode, before that run of the unit this word.
    private static let confirmed = "confirmed", run = "run:"

    let directory: ContainerDirectory

    /// Notes those that are not there yet: what others made is never removed.
    func write(_ planned: ContainerCgroup) throws(CgroupError) {
        let new = planned.made.filter { access($0, F_OK) != 0 }
        let unit = planned.unit.map { ["\($0.isOfUser ? Self.user : Self.system)\($0.name)"] } ?? []
        try note("cgroups", unit + new.sorted(), [.writeOnly, .create, .truncate, .noFollow])
    }

    /// Notes what was made of them: before a process is put in.
    func confirm(_ cgroup: ContainerCgroup) throws(CgroupError) {
        var lines = [Self.confirmed]
        for path in cgroup.made.sorted() {
            if let inode = Self.inode(path) { lines.append("\(inode):\(path)") }
        }
        if let invocation = cgroup.unit?.invocation { lines.append(Self.run + invocation) }
        try note("cgroups", lines)
    }

    /// Notes the directories of resctrl too, after the cgroups. Removed in this order.
    func write(resctrl directories: [String]) throws(CgroupError) {
        try note("resctrl group", directories.filter { access($0, F_OK) != 0 }.map { Self.resctrl + $0 })
    }

    private func note(_ what: String, _ lines: [String], _ flags: OpenFlags = [.writeOnly, .create, .append, .noFollow]) throws(CgroupError) {
        do throws(KernelError) {
            try directory.open(Self.name, flags, mode: 0o600).writeAll(lines.map { $0 + "\0" }.joined())
        } catch { throw CgroupError("cannot note the \(what) of \(directory.name): \(error)") }
    }

    /// The cgroup of a container without state.json, and its directories of resctrl; empty where its creation did not come so far.
    func read() throws(KernelError) -> (cgroup: ContainerCgroup, resctrl: [String]) {
        let lines: [String]
        do throws(KernelError) { lines = try directory.open(Self.name, [.readOnly, .noFollow]).readText().parts(at: "\0") } catch {
            if error.errno == .noSuchFileOrDirectory { return (ContainerCgroup(), []) }
            throw error
        }
        func following(_ prefix: String) -> [String] { lines.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } }
        let invocation = following(Self.run).last
        var unit: SystemdUnit?
        for (prefix, isOfUser) in [(Self.user, true), (Self.system, false)] {
            if let name = following(prefix).first { unit = SystemdUnit(name: name, isOfUser: isOfUser, invocation: invocation) }
        }
        let planned = lines.filter { $0.hasPrefix("/") }
        let made = lines.contains(Self.confirmed)
            ? planned.filter { path in Self.inode(path).map { lines.contains("\($0):\(path)") } ?? false }
            // Interrupted before it had processes: one with processes is somebody else's.
            : planned.filter(Self.isEmpty)
        return (ContainerCgroup(made: Set(made), unit: unit), following(Self.resctrl))
    }

    /// nil where it is gone. No other cgroup has it until the next boot.
    private static func inode(_ path: String) -> UInt64? {
        do throws(KernelError) { return try FileDescriptor.currentDirectory.open(path, [.path, .directory]).status().inode } catch { return nil }
    }

    private static func isEmpty(_ path: String) -> Bool {
        do throws(CgroupError) { return try CgroupfsDriver().processes(ContainerCgroup(directories: ["": path])).isEmpty } catch { return false }
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
        do throws(KernelError) { return try read() } catch { throw RuntimeError("cgroups of \(directory.name)", error) }
    }
}
