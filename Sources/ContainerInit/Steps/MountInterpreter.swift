import CgroupControl
import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// The steps that mount.
extension StepInterpreter {
    /// Attached where its path is, so that hooks find it there; over `/` where that path cannot be reached from here.
    func attachRoot(_ path: String) throws(KernelError) {
        let target: OwnedDescriptor
        do throws(KernelError) { target = try FileDescriptor.currentDirectory.open(path, [.path, .directory]) } catch {
            guard error.errno == .permissionDenied else { throw error }
            target = try FileDescriptor.currentDirectory.open("/", [.path, .directory])
        }
        try Mounts.attach(root.descriptor, on: target)
    }

    /// Only the root of a mount takes a propagation: it is looked for from the path upwards.
    func isolateMount(holding path: String) throws(KernelError) {
        var directory = try FileDescriptor.currentDirectory.open(path, [.path, .directory])
        for _ in 0..<256 {
            do throws(KernelError) { return try Mounts.setPropagation(directory, .privately, recursive: false) } catch {
                guard error.errno == .invalidArgument else { throw error }
            }
            directory = try directory.open("..", [.path, .directory])
        }
        throw KernelError(.mount_setattr, .invalidArgument, path)
    }

    func mount(_ step: MountStep) throws(KernelError) {
        switch step.content {
        case .bind(let source), .disk(let source): try bind(opened(source), step, recursiveAttributes: false)
        case .fileSystem(let type, let source, let options): try mountFileSystem(type, source, options, step)
        case .remount(let options): try remount(options, step)
        case .cgroupTmpfs: try mountCgroupTmpfs(step)
        case .cgroup2(let fresh): try mountCgroup2(step, fresh: fresh)
        }
    }

    private func bind(_ source: SharedDescriptor, _ step: MountStep, recursiveAttributes: Bool) throws(KernelError) {
        let target = try mountPoint(step.destination, forDirectory: source.status().isDirectory)
        try requireProcUntouched(by: try source.isProcfs(), target, step.destination)
        // While it is detached nobody sees it without its attributes.
        try Mounts.setAttributes(source, set: step.options.set, clear: step.options.clear, recursive: recursiveAttributes)
        try finish(source, step, on: target)
    }

    /// A directory is mounted on a directory, all else on what is none.
    private func mountPoint(_ destination: String, forDirectory isDirectory: Bool) throws(KernelError) -> OwnedDescriptor {
        guard isDirectory else {
            let target = try root.makeFile(destination)
            if try !target.status().isDirectory { return target }
            throw KernelError(.move_mount, .isDirectory, "\(destination) (the source is not a directory)")
        }
        do throws(KernelError) { return try root.makeDirectories(destination) } catch {
            guard error.errno == .notDirectory else { throw error }
            throw KernelError(.move_mount, .notDirectory, "\(destination) (the source is a directory)")
        }
    }

    /// Only a procfs may be mounted on /proc, however an image's links have it spelled, and nothing in it by such a link:
    /// who looks there later would believe what it finds. The plan has checked the destinations that say /proc themselves.
    func requireProcUntouched(by isProcfs: Bool, _ target: borrowing OwnedDescriptor, _ destination: String) throws(KernelError) {
        let saysProc = destination.pathComponentsResolvingDots.first == "proc"
        if !saysProc, try target.isProcfs() { throw KernelError(.move_mount, .notPermitted, "\(destination) (a link leads it to /proc)") }
        if isProcfs { return }
        let proc: OwnedDescriptor
        do throws(KernelError) { proc = try root.open("/proc", .path) } catch {
            if error.errno == .noSuchFileOrDirectory { return }
            throw error
        }
        guard try !proc.status().isSameInode(as: target.status()) else {
            throw KernelError(.move_mount, .notPermitted, "\(destination) (only a procfs can be mounted on /proc)")
        }
    }

    func finish(_ mount: borrowing some Descriptor & ~Copyable, _ step: MountStep, on target: borrowing OwnedDescriptor) throws(KernelError) {
        try Mounts.setAttributes(mount, set: step.options.recursiveSet, clear: step.options.recursiveClear, recursive: true)
        let isNewRoot = try isRoot(target)
        try Mounts.attach(mount, on: target)
        for change in step.options.propagation { try Mounts.setPropagation(mount, change.type, recursive: change.recursive) }
        if isNewRoot { try replaceRoot(by: mount) }
    }

    /// Whether it is the root itself, of which what is mounted on it would cover nothing: paths begin below that.
    private func isRoot(_ target: borrowing OwnedDescriptor) throws(KernelError) -> Bool {
        let root = try root.descriptor
        // Few have the root's inode: only of those the mount is asked.
        guard try target.status().isSameInode(as: root.status()) else { return false }
        return try target.mountID() == root.mountID()
    }

    private func replaceRoot(by mount: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        // pivot_root refuses a root that is shared.
        try Mounts.setPropagation(mount, .slave, recursive: false)
        sources[plan.rootSource!] = SharedDescriptor(try mount.open(".", [.path, .directory]))
    }

    private func opened(_ source: Int) throws(KernelError) -> SharedDescriptor {
        guard let opened = sources[source] else { throw KernelError(.open_tree, .noSuchFileOrDirectory, plan.sources[source].path) }
        return opened
    }

    private func mountFileSystem(_ type: String, _ source: String?, _ given: [FileSystemOption], _ step: MountStep) throws(KernelError) {
        var options = given
        if type == "tmpfs", !given.contains(where: { $0.key == "mode" }), let mode = try modeOfDirectory(step.destination) {
            options.append(FileSystemOption("mode", mode))
        }
        let target = try root.makeDirectories(step.destination)
        if type == "proc" || type == "sysfs" { try refuseLink(step.destination, target) }
        try requireProcUntouched(by: type == "proc", target, step.destination)
        let mount: OwnedDescriptor
        do throws(KernelError) {
            let attributes = step.becomesReadOnly ? step.options.set.subtracting(.readOnly) : step.options.set
            mount = try Mounts.isForFSConfig(source: source, options)
                ? Mounts.fileSystem(type, source: source, options: options, attributes: attributes)
                : Mounts.fileSystem(type, source: source, options: options, attributes: attributes, mountingOn: target)
        } catch {
            guard case .bind(let index) = step.fallback, [.notPermitted, .resourceBusy].contains(error.errno), let source = sources[index]
            else { throw error }
            return try bind(source, step, recursiveAttributes: true)
        }
        if step.options.copiesUp {
            let directory = try Mounts.open(mount)
            // It has the one that it was mounted with: what is copied gives its own with the rest.
            let mode = try directory.status().mode & 0o7777
            try root.open(step.destination, [.readOnly, .directory]).copyTree(to: directory)
            try directory.changeMode(mode)
        }
        if let label = step.rootLabel { try setRootLabel(label, mount) }
        try finish(mount, step, on: target)
        if type == "tmpfs" { madeMounts.insert(try mount.mountID()) }
        if step.becomesReadOnly { mountsToBeReadOnly.append(SharedDescriptor(mount)) }
    }

    /// What a tmpfs takes over from the directory that it covers, where it is given no mode: the kernel's default lets everybody write.
    /// nil where the directory is still to be made.
    private func modeOfDirectory(_ path: String) throws(KernelError) -> String? {
        do throws(KernelError) { return String(try root.open(path, [.path, .directory]).status().mode & 0o7777, radix: 8) } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// Where it cannot be set, the container may do less in there: read-only, or of an owner who has no id in its user namespace.
    private func setRootLabel(_ label: String, _ mount: borrowing OwnedDescriptor) throws(KernelError) {
        do throws(KernelError) { try Mounts.open(mount).setExtendedAttribute("security.selinux", Array(label.utf8)) } catch {
            guard error.errno == .notPermitted || error.errno == .readOnlyFileSystem else { throw error.about("security.selinux \(label)") }
        }
    }

    /// An image with a link at /proc would have us mount elsewhere, and believe what lies at /proc (CVE-2019-19921).
    /// What was opened is compared, for another container may share the root, and change it meanwhile (CVE-2023-27561).
    private func refuseLink(_ destination: String, _ target: borrowing OwnedDescriptor) throws(KernelError) {
        guard try root.open(destination, [.path, .noFollow]).status().isSameInode(as: target.status()) else {
            throw KernelError(.move_mount, .tooManySymbolicLinkLevels, destination)
        }
    }

    private func remount(_ options: [FileSystemOption], _ step: MountStep) throws(KernelError) {
        let mount = try root.open(step.destination, .path)
        if !options.isEmpty { try Mounts.reconfigure(mount, options: options) }
        try Mounts.setAttributes(mount, set: step.options.set, clear: step.options.clear)
        try Mounts.setAttributes(mount, set: step.options.recursiveSet, clear: step.options.recursiveClear, recursive: true)
        for change in step.options.propagation { try Mounts.setPropagation(mount, change.type, recursive: change.recursive) }
    }

    // MARK: hiding

    func makeMountsReadOnly() throws(KernelError) {
        for mount in mountsToBeReadOnly { try Mounts.setAttributes(mount, set: .readOnly) }
        mountsToBeReadOnly = []
    }

    func makeReadOnly(_ path: String) throws(KernelError) {
        guard let target = try existing(path) else { return }
        // The root cannot be covered by a copy. What is mounted in it keeps its own attributes, as with root.readonly.
        if try isRoot(target) { return try Mounts.setAttributes(target, set: .readOnly) }
        let copy = try Mounts.copy(of: target, recursive: true)
        try Mounts.setAttributes(copy, set: .readOnly, recursive: true)
        try Mounts.attach(copy, on: target)
    }

    /// A file disappears behind /dev/null, a directory behind an empty tmpfs.
    func mask(_ path: String) throws(KernelError) {
        guard let target = try existing(path) else { return }
        if try isRoot(target) { throw KernelError(.move_mount, .invalidArgument, "\(path) (the root itself cannot be masked)") }
        if try target.status().isDirectory {
            if let attached = maskingDirectory {
                let copy = try Mounts.copy(of: attached, recursive: false)
                return try Mounts.attach(copy, on: target)
            }
            let tmpfs = try Mounts.fileSystem(
                "tmpfs", source: "tmpfs", options: [FileSystemOption("size", "0"), FileSystemOption("mode", "755")],
                attributes: [.readOnly, .noSetuid, .noDevices, .noExecution])
            try Mounts.attach(tmpfs, on: target)
            maskingDirectory = SharedDescriptor(tmpfs)
        } else {
            let null = try root.open("/dev/null", [.path, .noFollow])
            // A container that could put something else there could read what is to be hidden (CVE-2025-31133).
            guard try null.status().isCharacterDevice(1, 3) else { throw KernelError(.open, .operationNotSupportedByDevice, "/dev/null") }
            let copy = try Mounts.copy(of: null, recursive: false)
            try Mounts.attach(copy, on: target)
        }
    }

    /// What is not there needs no hiding.
    private func existing(_ path: String) throws(KernelError) -> OwnedDescriptor? {
        do throws(KernelError) { return try root.open(path, .path) } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    /// Without pivot_root the host's mounts stay below the new root: its proc and sysfs must not be left as a way back. They only
    /// receive from the host by now.
    func concealKernelMounts() throws(KernelError) {
        let mounts = MountInfo.parse(try procfs.read("self/mountinfo"))
        let ours = mounts.tree(of: try root.descriptor.mountID())
        let theirs = mounts.filter { ["proc", "sysfs"].contains($0.fileSystemType) && !ours.contains($0.id) }
        var ids = Set(theirs.map(\.id))
        for mount in theirs.reversed() {
            // As long as it is one of them that is on top there: the mountinfo need not have them in the order of a stack.
            while let top = try topMount(at: mount.mountPoint), ids.remove(Int(try top.mountID())) != nil { try conceal(top) }
        }
    }

    /// nil where another mount covers the way.
    private func topMount(at path: String) throws(KernelError) -> SharedDescriptor? {
        do throws(KernelError) { return SharedDescriptor(try FileDescriptor.currentDirectory.open(path, [.path, .noFollow])) } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    private func conceal(_ mount: SharedDescriptor) throws(KernelError) {
        do throws(KernelError) { try Mounts.unmount(mount, procfs) } catch {
            // A mount that a more privileged user namespace locked cannot be taken away, but covered.
            guard [.notPermitted, .invalidArgument, .resourceBusy].contains(error.errno) else { throw error }
            try Mounts.attach(try Mounts.fileSystem("tmpfs", source: "tmpfs", options: [], attributes: .readOnly), on: mount)
        }
    }
}
