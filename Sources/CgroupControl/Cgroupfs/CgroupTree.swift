import Glibc
import LinuxKernel
import SystemPackage

/// A cgroup and the cgroups below it, in one hierarchy.
///
/// A container that may make cgroups of its own decides how deep they go: they are walked with one descriptor and no
/// path, however deep that is.
struct CgroupTree {
    let directory: String

    private static let entering: OpenFlags = [.readOnly, .directory, .noFollow]

    /// The PIDs, in our PID namespace, of all processes in the tree; none where it is gone. Where the tree is one of threads, their
    /// processes: all of such a process is the container's, whose cgroup it is. Kernel: cgroup-v2.rst, "Threads".
    func processes() throws(KernelError) -> [Int32] {
        var listed: [Int32] = []
        var file = Self.processList, isTop = true
        try walk(entering: { directory throws(KernelError) in
            defer { isTop = false }
            do throws(KernelError) { listed += try Self.numbers(file, in: directory) } catch {
                // Threads, whose processes a cgroup above lists: one of the tree, unless this is its top.
                guard error.errno == .notSupportedOnSocket else { throw error }
                if isTop {
                    file = Self.threadList
                    listed += try Self.numbers(file, in: directory)
                }
            }
        })
        return file == Self.threadList ? try Self.processes(of: listed) : listed
    }

    private static let processList = "cgroup.procs", threadList = "cgroup.threads"

    /// None of one that was removed meanwhile.
    private static func numbers(_ file: String, in directory: SharedDescriptor) throws(KernelError) -> [Int32] {
        do throws(KernelError) { return try directory.open(file, .readOnly).readText().split(separator: "\n").compactMap { Int32($0) } } catch {
            guard error.isMissingFile else { throw error }
            return []
        }
    }

    private static func processes(of threads: [Int32]) throws(KernelError) -> [Int32] {
        let procfs = try ProcessFileSystem()
        var pids: Set<Int32> = []
        for thread in threads {
            do throws(KernelError) {
                let line = try procfs.read("\(thread)/status").parts(at: "\n").first { $0.hasPrefix("Tgid:\t") }
                if let pid = line.flatMap({ Int32($0.dropFirst("Tgid:\t".count)) }) { pids.insert(pid) }
            } catch {
                guard error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess else { throw error }
            }
        }
        return pids.sorted()
    }

    /// Thaws each cgroup of version 1 that stands still by itself or for one above, the one above first. Returns whether there were any.
    func thaw() throws(KernelError) -> Bool {
        var stoodStill = false
        try walk(entering: { directory throws(KernelError) in
            do throws(KernelError) {
                guard let state = try directory.openIfThere("freezer.state", .readOnly), try !state.readText().hasPrefix("THAWED") else { return }
                stoodStill = true
                try directory.open("freezer.state", .writeOnly).writeAll("THAWED")
            } catch { if !error.isMissingFile { throw error } }
        })
        return stoodStill
    }

    /// Removes the tree; one that is gone is removed. The kernel needs a moment after the last process has ended: so long
    /// it is asked again, after `whileBusy`. Errors: EBUSY where processes are left.
    func remove(_ patience: inout Patience, whileBusy: () -> Void = {}) throws(KernelError) {
        while true {
            do throws(KernelError) { return try removeIfThere(directory, in: FileDescriptor.currentDirectory) } catch {
                guard error.isBusy else { throw error }
            }
            try walk(leaving: { parent, name throws(KernelError) in
                do throws(KernelError) { try removeIfThere(name, in: parent) } catch {
                    guard error.isBusy else { throw error }
                }
            })
            do throws(KernelError) { return try removeIfThere(directory, in: FileDescriptor.currentDirectory) } catch {
                guard error.isBusy else { throw error }
                whileBusy()
                guard try patience.pause() else { throw error }
            }
        }
    }

    private func removeIfThere(_ name: some KernelText, in parent: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        do throws(KernelError) { try parent.removeDirectory(name) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
    }

    /// None of one that was removed meanwhile: systemd removes a scope with its last process.
    private func subdirectories(of cgroup: SharedDescriptor) throws(KernelError) -> [ByteString] {
        do throws(KernelError) { return try cgroup.subdirectories() } catch {
            guard error.isMissingFile else { throw error }
            return []
        }
    }

    private func walk(
        entering: (_ directory: SharedDescriptor) throws(KernelError) -> Void = { _ in },
        leaving: (_ parent: SharedDescriptor, _ name: ByteString) throws(KernelError) -> Void = { _, _ in }
    ) throws(KernelError) {
        guard let top = try FileDescriptor.currentDirectory.openIfThere(directory, Self.entering) else { return }
        var here = SharedDescriptor(top)
        try entering(here)
        var pending = [try subdirectories(of: here)]
        var names: [ByteString] = []
        while true {
            if let name = pending[pending.count - 1].popLast() {
                guard let next = try here.openIfThere(name, Self.entering) else { continue }
                here = SharedDescriptor(next)
                try entering(here)
                pending.append(try subdirectories(of: here))
                names.append(name)
            } else {
                pending.removeLast()
                guard let name = names.popLast() else { return }
                here = SharedDescriptor(try here.open("..", [.readOnly, .directory]))
                try leaving(here, name)
            }
        }
    }
}

extension KernelError {
    /// rmdir of a cgroup with processes or cgroups in it; of a plain directory that is not empty.
    fileprivate var isBusy: Bool { errno == .resourceBusy || errno == .directoryNotEmpty }
}
