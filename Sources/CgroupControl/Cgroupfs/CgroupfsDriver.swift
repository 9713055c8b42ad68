import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Cgroups made directly in the cgroup file systems: version 1, hybrid and version 2. Man: cgroups(7).
///
/// A file system of this kind holds no symbolic links and is changed by nobody's image, so that paths below a mount point
/// are safe in it; what a container made there itself is walked by descriptor (`CgroupTree`).
public struct CgroupfsDriver: CgroupDriver {
    public var patienceMilliseconds: Int32 = 2000

    public init() {}

    public func prepare(
        _ request: CgroupRequest, journal: (ContainerCgroup) throws(CgroupError) -> Void
    ) throws(CgroupError) -> ContainerCgroup {
        let limits = try CgroupLimits(of: request)
        let forgiveness = request.forgiveness(limited: limits.plan.limitedKeys)
        do throws(CgroupError) {
            let location = try CgroupLocation(request)
            try journal(ContainerCgroup(directories: location.directories, made: Set(location.directories.values)))
            var cgroup = try create(location, for: limits.plan, forgiveness: forgiveness)
            let made = cgroup.made
            do throws(CgroupError) { cgroup.warnings = try limits.set(in: cgroup) { !made.contains($0) } } catch {
                throw error.after { () throws(CgroupError) in try remove(ContainerCgroup(made: made)) }
            }
            return cgroup
        } catch {
            guard forgiveness.decide(error) == .forgive else { throw error }
            var none = ContainerCgroup()
            none.forgiven.append(error)
            none.warnings = try limits.set(in: none)
            return none
        }
    }

    /// Makes the container's directories, with those above them that are missing, for limits that are still to be set.
    ///
    /// A cgroup that is there already is used where it is empty and not frozen, as runc does. What is forgiven leaves its
    /// hierarchy out. On an error nothing is left but directories above the container's.
    func create(_ location: CgroupLocation, for plan: LimitPlan, forgiveness: CgroupForgiveness) throws(CgroupError) -> ContainerCgroup {
        var cgroup = ContainerCgroup(limited: forgiveness.limited)
        for place in location.places {
            do throws(CgroupError) { try make(place, in: &cgroup) } catch {
                guard forgiveness.decide(error, in: place.keys) == .forgive else {
                    let limit = plan.writes(in: place.keys).first
                    let told = error.isForgivable ? limit.map { .notDelegated($0, place.directory, cause: error) } ?? error : error
                    throw told.after { () throws(CgroupError) in try remove(ContainerCgroup(made: cgroup.made)) }
                }
                try remove(ContainerCgroup(made: cgroup.made.intersection([place.directory])))
                cgroup.leave(place.directory, forgiving: error)
            }
        }
        return cgroup
    }

    /// Moves a process, with all its threads. What is forgiven leaves its hierarchy out, and removes there what was made.
    public func place(pid: Int32, in cgroup: inout ContainerCgroup, _ request: CgroupRequest) throws(CgroupError) {
        for (directory, error) in try move(pid: pid, cgroup, request.forgiveness(limited: cgroup.limited)) {
            if cgroup.made.contains(directory) { try remove(ContainerCgroup(made: [directory])) }
            cgroup.leave(directory, forgiving: error)
        }
    }

    /// What a further process may not join, and that is forgiven, is still the container's.
    public func join(pid: Int32, _ cgroup: ContainerCgroup, forgiveness: CgroupForgiveness) throws(CgroupError) {
        _ = try move(pid: pid, cgroup, forgiveness)
    }

    /// Returns the directories that were not joined, and why that is forgiven.
    private func move(pid: Int32, _ cgroup: ContainerCgroup, _ forgiveness: CgroupForgiveness) throws(CgroupError) -> [(String, CgroupError)] {
        var forgiven: [(String, CgroupError)] = []
        for (directory, keys) in cgroup.hierarchies {
            do throws(CgroupError) {
                try attempt("join", directory) { () throws(KernelError) in
                    try FileDescriptor.currentDirectory.open(directory + "/cgroup.procs", .writeOnly).writeAll("\(pid)")
                }
            } catch {
                guard forgiveness.decide(error, in: keys) == .forgive else { throw error }
                forgiven.append((directory, error))
            }
        }
        return forgiven
    }

    /// Where version 2 is all there is.
    public func cloneDirectory(_ cgroup: ContainerCgroup) throws(CgroupError) -> SharedDescriptor? {
        guard cgroup.directories.count == 1, let directory = cgroup.directories[""] else { return nil }
        return try attempt("open", directory) { () throws(KernelError) in
            SharedDescriptor(try FileDescriptor.currentDirectory.open(directory, [.path, .directory]))
        }
    }

    public func apply(_ update: LimitUpdate, to cgroup: ContainerCgroup) throws(CgroupError) -> [String] {
        guard !cgroup.directories.isEmpty else {
            throw CgroupError("the container has no cgroup of its own, and so no limits", hint: "create it with a cgroup that you may write")
        }
        return try CgroupLimits(changing: cgroup, update).set(in: cgroup)
    }

    /// A directory that was made for it stays until it is removed with it.
    public func isStillOurs(_ cgroup: ContainerCgroup) -> Bool { true }

    /// Removes the directories that were made for the container, with the cgroups that it made below them. What is gone
    /// is removed. All are tried, with one patience: who stays in one is mostly in all. The first error is thrown.
    public func remove(_ cgroup: ContainerCgroup, whileBusy: () -> Void) throws(CgroupError) {
        var patience = Patience(milliseconds: patienceMilliseconds)
        var first: CgroupError?
        for directory in cgroup.made.sorted() {
            do throws(CgroupError) {
                try attempt("remove", directory) { () throws(KernelError) in
                    try CgroupTree(directory: directory).remove(&patience, whileBusy: whileBusy)
                }
            } catch { first = first ?? error }
        }
        if let first { throw first }
    }
}

extension ContainerCgroup {
    /// One directory less, with all its keys.
    mutating func leave(_ directory: String, forgiving error: CgroupError) {
        directories = directories.filter { $0.value != directory }
        made.remove(directory)
        forgiven.append(error)
    }
}
