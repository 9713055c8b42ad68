import LinuxKernel
import SystemPackage

/// The making of the container's directories.
extension CgroupfsDriver {
    func make(_ place: CgroupLocation.Place, in cgroup: inout ContainerCgroup) throws(CgroupError) {
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
        if place.keys == [""] { try enableControllers(place) }
        guard place.keys.contains("cpuset") else { return }
        try attempt("set up", place.directory) { () throws(KernelError) in
            for file in ["cpuset.cpus", "cpuset.mems"] { _ = try inherit(file, directory: place.directory, mountPoint: place.mountPoint) }
        }
    }

    /// In version 2 each cgroup from the root down to the container's must pass its controllers on. All of them, for
    /// statistics too; those that cannot be had are missed only by a limit that needs them (`CgroupLimits`).
    func enableControllers(_ place: CgroupLocation.Place) throws(CgroupError) {
        if place.directory == place.mountPoint { return }
        try attempt("set up", place.directory) { () throws(KernelError) in
            let own = try FileDescriptor.currentDirectory.open(place.directory, [.path, .directory])
            let wanted = try controllers(in: FileDescriptor.currentDirectory.open(place.mountPoint, [.path, .directory]))
            if wanted != (try controllers(in: own)) {
                var above: [String] = []
                var directory = CgroupLocation.parent(of: place.directory)
                while directory.utf8.count >= place.mountPoint.utf8.count {
                    above.append(directory)
                    directory = CgroupLocation.parent(of: directory)
                }
                for directory in above.reversed() { try passOn(wanted, FileDescriptor.currentDirectory.open(directory, [.path, .directory])) }
            }
            // Below a cgroup with threads of its own, or one with processes that passes on controllers for threads, only a threaded
            // one can take processes.
            if try own.openIfThere("cgroup.type", .readOnly)?.readText() == "domain invalid\n" {
                try own.open("cgroup.type", .writeOnly).writeAll("threaded")
            }
        }
    }

    /// All in one write where that works, else each that does. A cgroup with processes (EBUSY) can pass on some of them, but would
    /// be one for threads then, below which nothing has the others.
    private func passOn(_ controllers: [String], _ cgroup: borrowing OwnedDescriptor) throws(KernelError) {
        do throws(KernelError) {
            try cgroup.open("cgroup.subtree_control", .writeOnly).writeAll(controllers.map { "+" + $0 }.joined(separator: " "))
        } catch {
            // Not ours to write, or nothing there that could be written.
            guard ![.permissionDenied, .notPermitted, .readOnlyFileSystem, .resourceBusy].contains(error.errno), controllers.count > 1 else { return }
            for controller in controllers { try passOn([controller], cgroup) }
        }
    }

    private func controllers(in cgroup: borrowing OwnedDescriptor) throws(KernelError) -> [String] {
        try cgroup.openIfThere("cgroup.controllers", .readOnly)?.readText().trimmingNewline.parts(at: " ") ?? []
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
            let parent = CgroupLocation.parent(of: directory)
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
        let inherited = try inherit(file, directory: CgroupLocation.parent(of: directory), mountPoint: mountPoint)
        try FileDescriptor.currentDirectory.open(path, .writeOnly).writeAll(inherited)
        return inherited
    }
}
