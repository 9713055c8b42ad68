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
        let forgiveness = request.forgiveness(limited: [])
        do throws(CgroupError) {
            let location = try CgroupLocation(request)
            try journal(ContainerCgroup(directories: location.directories, made: Set(location.directories.values)))
            return try create(location, forgiveness: forgiveness)
        } catch {
            guard forgiveness.decide(error) == .forgive else { throw error }
            var none = ContainerCgroup()
            none.forgiven.append(error)
            return none
        }
    }

    /// Makes the container's directories, with those above them that are missing.
    ///
    /// A cgroup that is there already is used where it is empty and not frozen, as runc does. What is forgiven leaves its
    /// hierarchy out. On an error nothing is left but directories above the container's.
    func create(_ location: CgroupLocation, forgiveness: CgroupForgiveness) throws(CgroupError) -> ContainerCgroup {
        var cgroup = ContainerCgroup()
        for place in location.places {
            do throws(CgroupError) { try make(place, in: &cgroup) } catch {
                try undo(cgroup, place: place, after: error, forgiveness)
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
        for directory in Set(cgroup.directories.values).sorted() {
            do throws(CgroupError) {
                try attempt("join", directory) { () throws(KernelError) in
                    try FileDescriptor.currentDirectory.open(directory + "/cgroup.procs", .writeOnly).writeAll("\(pid)")
                }
            } catch {
                guard forgiveness.decide(error, in: cgroup.keys(of: directory)) == .forgive else { throw error }
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

    public func apply(_ resources: Resources, to cgroup: ContainerCgroup, options: LimitOptions) throws(CgroupError) -> [String] {
        throw CgroupError("limits are not applied yet")
    }

    /// Removes the directories that were made for the container, with the cgroups that it made below them. What is gone
    /// is removed. All are tried; the first error is thrown.
    public func remove(_ cgroup: ContainerCgroup) throws(CgroupError) {
        var first: CgroupError?
        for directory in cgroup.made.sorted() {
            do throws(CgroupError) {
                try attempt("remove", directory) { () throws(KernelError) in
                    try CgroupTree(directory: directory).remove(patienceMilliseconds: patienceMilliseconds)
                }
            } catch { first = first ?? error }
        }
        if let first { throw first }
    }

    private func make(_ place: CgroupLocation.Place, in cgroup: inout ContainerCgroup) throws(CgroupError) {
        let made: Bool
        do throws(KernelError) { made = try makeDirectory(place.directory, below: place.mountPoint) } catch {
            // Nothing that is missing below a hierarchy stays missing: what is, is the hierarchy.
            throw CgroupError("create", place.directory, error, lacksHierarchy: error.errno == .noSuchFileOrDirectory)
        }
        if made { cgroup.made.insert(place.directory) }
        for key in place.keys { cgroup.directories[key] = place.directory }
        if !made { try requireUsable(place.directory) }
        // The new one too: a frozen cgroup above it freezes it.
        if try Freezer(keys: place.keys, directory: place.directory)?.isFrozen() ?? false {
            throw CgroupError("container's cgroup unexpectedly frozen: \(place.directory)", hint: "resume it, or choose another linux.cgroupsPath")
        }
        guard place.keys.contains("cpuset") else { return }
        try attempt("set up", place.directory) { () throws(KernelError) in
            for file in ["cpuset.cpus", "cpuset.mems"] { _ = try inherit(file, directory: place.directory, mountPoint: place.mountPoint) }
        }
    }

    /// Whoever may not join a cgroup has no business in it: said before its contents are judged.
    private func requireUsable(_ directory: String) throws(CgroupError) {
        let count = try attempt("join", directory) { () throws(KernelError) in
            _ = try FileDescriptor.currentDirectory.open(directory + "/cgroup.procs", .writeOnly)
            return try CgroupTree(directory: directory).processes().count
        }
        guard count == 0 else {
            throw CgroupError("container's cgroup is not empty: \(count) process(es) found in \(directory)", hint: "choose another linux.cgroupsPath")
        }
    }

    /// False where it was there. The mount point itself is never made: without a mount there is nothing to make.
    private func makeDirectory(_ directory: String, below mountPoint: String) throws(KernelError) -> Bool {
        if directory == mountPoint { return false }
        do throws(KernelError) {
            try FileDescriptor.currentDirectory.makeDirectory(directory, mode: 0o755)
            return true
        } catch {
            if error.errno == .fileExists { return false }
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            let parent = parentDirectory(of: directory)
            guard parent != mountPoint else { throw error }
            _ = try makeDirectory(parent, below: mountPoint)
        }
        try FileDescriptor.currentDirectory.makeDirectory(directory, mode: 0o755)
        return true
    }

    /// A new cgroup of version 1's cpuset has no processors and no memory nodes, and takes no process so: it is given those
    /// of the one above. Man: cpuset(7).
    private func inherit(_ file: String, directory: String, mountPoint: String) throws(KernelError) -> String {
        let path = directory + "/" + file
        let own = try FileDescriptor.currentDirectory.open(path, .readOnly).readText()
        if directory == mountPoint || own.contains(where: \.isNumber) { return own }
        let inherited = try inherit(file, directory: parentDirectory(of: directory), mountPoint: mountPoint)
        try FileDescriptor.currentDirectory.open(path, .writeOnly).writeAll(inherited)
        return inherited
    }

    private func parentDirectory(of directory: String) -> String { "/" + directory.parts(at: "/").dropLast().joined(separator: "/") }

    /// What was made of a place is removed where its error is forgiven; else all that was made is, and the error thrown.
    private func undo(
        _ cgroup: ContainerCgroup, place: CgroupLocation.Place, after error: CgroupError, _ forgiveness: CgroupForgiveness
    ) throws(CgroupError) {
        let forgiven = forgiveness.decide(error, in: place.keys) == .forgive
        do throws(CgroupError) {
            try remove(ContainerCgroup(made: forgiven ? cgroup.made.intersection([place.directory]) : cgroup.made))
        } catch let second {
            throw CgroupError("\(error.message); then: \(second.message)", hint: error.hint)
        }
        if !forgiven { throw error }
    }
}

extension ContainerCgroup {
    fileprivate func keys(of directory: String) -> [String] { directories.filter { $0.value == directory }.map(\.key) }

    /// One directory less, with all its keys.
    mutating func leave(_ directory: String, forgiving error: CgroupError) {
        directories = directories.filter { $0.value != directory }
        made.remove(directory)
        forgiven.append(error)
    }
}
