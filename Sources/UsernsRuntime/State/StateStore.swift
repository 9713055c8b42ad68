import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The state directory: one directory for each container.
struct StateStore {
    /// Absolute.
    let path: String

    /// Chosen by who we are; nothing is made yet.
    init(request: GlobalRequest, identity: Identity) throws(RuntimeError) {
        let given: String
        do throws(PlanError) {
            let directory = try StateDirectory.choose(
                root: request.root, identity: identity, runtimeDirectory: EnvironmentVariable.value("XDG_RUNTIME_DIR"),
                user: EnvironmentVariable.value("USER"), runIsWritable: Self.runIsWritable)
            if case .inRuntimeDirectory(_, let runtimeDirectory) = directory {
                try Self.facts(of: runtimeDirectory).require(path: runtimeDirectory, identity: identity)
                isInRuntimeDirectory = true
            } else {
                isInRuntimeDirectory = false
            }
            given = directory.path
        } catch { throw RuntimeError(error) }
        do throws(KernelError) { path = try CurrentProcess.absolutePath(given) } catch { throw RuntimeError("state directory \(given)", error) }
    }

    /// Made sticky, so that a cleaner of runtime directories leaves it.
    private let isInRuntimeDirectory: Bool

    private static var runIsWritable: Bool { access("/run/runc", W_OK) == 0 || (access("/run/runc", F_OK) != 0 && access("/run", W_OK) == 0) }

    private static func facts(of path: String) -> RuntimeDirectoryFacts {
        let status: FileStatus
        do throws(KernelError) { status = try FileDescriptor.currentDirectory.open(path, .path).status() } catch {
            return RuntimeDirectoryFacts(kind: .missing)
        }
        guard status.isDirectory else { return RuntimeDirectoryFacts(kind: .notDirectory) }
        return RuntimeDirectoryFacts(kind: .directory, ownerUID: status.uid, isWritable: access(path, W_OK | X_OK) == 0)
    }

    // MARK: containers

    /// Makes a container's directory, and the state directory above it where it is missing.
    func create(_ id: ContainerID) throws(RuntimeError) -> ContainerDirectory {
        do throws(KernelError) {
            let root = try openRoot(making: true)
            do throws(KernelError) { try root.makeDirectory(id.text, mode: 0o711) } catch {
                guard error.errno == .fileExists else { throw error }
                throw KernelError(.mkdir, .fileExists)
            }
            do throws(KernelError) {
                let directory = try open(id, in: root)
                try directory.lock()
                return directory
            } catch {
                // Nobody knows of it yet. Where it stays nevertheless, the error that is told is the first.
                do throws(KernelError) { try root.removeDirectory(id.text) } catch {}
                throw error
            }
        } catch {
            if error.errno == .fileExists { throw RuntimeError("container with given ID already exists: \(id.text)") }
            throw RuntimeError("state directory \(path)", error)
        }
    }

    func open(_ id: ContainerID) throws(RuntimeError) -> ContainerDirectory {
        do throws(KernelError) { return try open(id, in: try openRoot(making: false)) } catch { throw failure(toOpen: id, error) }
    }

    private func open(_ id: ContainerID, in root: borrowing OwnedDescriptor) throws(KernelError) -> ContainerDirectory {
        try ContainerDirectory(id.text, in: root, path: path)
    }

    /// Waits until no other command changes it; false where somebody has deleted it meanwhile.
    func lock(_ directory: ContainerDirectory) throws(RuntimeError) -> Bool {
        do throws(KernelError) {
            try directory.lock()
            return try openRoot(making: false).open(directory.name, [.path, .noFollow]).status().isSameInode(as: directory.status())
        } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw RuntimeError("locking \(directory.name)", error)
        }
    }

    private func failure(toOpen id: ContainerID, _ error: KernelError) -> RuntimeError {
        if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return .missingContainer(id) }
        return RuntimeError("state directory \(path)", error)
    }

    /// Calls `body` with each container's directory, or why it cannot be opened, in the order of their names; with none where
    /// there is no state directory.
    func forEach(_ body: (Result<ContainerDirectory, RuntimeError>) -> Void) throws(RuntimeError) {
        do throws(KernelError) {
            let root = try FileDescriptor.currentDirectory.open(path, [.readOnly, .directory])
            for name in try root.directoryEntries().map(\.description).sorted() {
                // Another name is none of ours.
                guard let id = try? ContainerID(name) else { continue }
                do throws(KernelError) { body(.success(try open(id, in: root))) } catch {
                    let failure = failure(toOpen: id, error)
                    // Deleted meanwhile, or a file.
                    if failure.kind != .missingContainer { body(.failure(failure)) }
                }
            }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw RuntimeError("state directory \(path)", error) }
        }
    }

    // MARK: removal

    /// No container's id has it.
    private static let removedPrefix = "~"

    /// Removes a container, and then runs the hooks that are due when it is no longer there: whoever asks finds none of its name,
    /// or a new one. Where we are killed before they have come to their end, `finishRemoval` finds what is left.
    func remove(_ directory: ContainerDirectory, thenRunning hooks: RuntimeHooks?, log: RuntimeLog) throws(RuntimeError) {
        if let hooks, !hooks.hooks.poststop.isEmpty {
            do throws(KernelError) {
                let root = try openRoot(making: false), name = Self.removedPrefix + "\(try directory.status().inode)"
                try root.rename(directory.name, to: name)
                directory.name = name
            } catch { throw RuntimeError("removing the state of \(directory.name)", error) }
            hooks.runPoststop(log: log)
        }
        try removeFiles(directory)
    }

    /// Runs the hooks of removals that were interrupted before, and removes what was left of them; false where there were none.
    func finishRemoval(of id: ContainerID, procfs: ProcessFileSystem, log: RuntimeLog) throws(RuntimeError) -> Bool {
        var found = false
        for directory in try interruptedRemovals() {
            var state = try directory.load()
            if state == nil { state = try directory.loadStaged() }
            // What has no state has no hooks, whosever it was.
            guard state == nil || state?.id == id.text else { continue }
            found = found || state != nil
            Container(directory, procfs: procfs, state: state).hooks.runPoststop(log: log)
            try removeFiles(directory)
        }
        return found
    }

    /// Locked. One that somebody holds is not interrupted, and another's is not ours: its hooks would run as us.
    private func interruptedRemovals() throws(RuntimeError) -> [ContainerDirectory] {
        do throws(KernelError) {
            let root = try FileDescriptor.currentDirectory.open(path, [.readOnly, .directory])
            var directories: [ContainerDirectory] = []
            for name in try root.directoryEntries().map(\.description) where name.hasPrefix(Self.removedPrefix) {
                do throws(KernelError) {
                    let directory = try ContainerDirectory(name, in: root, path: path)
                    if try directory.ownerUID == geteuid(), try directory.lockIfFree() { directories.append(directory) }
                } catch { if error.errno != .noSuchFileOrDirectory { throw error } }
            }
            return directories
        } catch {
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw RuntimeError("state directory \(path)", error)
        }
    }

    private func removeFiles(_ directory: ContainerDirectory) throws(RuntimeError) {
        do throws(KernelError) {
            try directory.removeContents()
            try openRoot(making: false).removeDirectory(directory.name)
        } catch { throw RuntimeError("removing the state of \(directory.name)", error) }
    }

    private func openRoot(making: Bool) throws(KernelError) -> OwnedDescriptor {
        do throws(KernelError) { return try FileDescriptor.currentDirectory.open(path, [.path, .directory]) } catch {
            guard making, error.errno == .noSuchFileOrDirectory else { throw error }
        }
        try FileDescriptor.currentDirectory.makeDirectories(path, mode: 0o700)
        if isInRuntimeDirectory {
            try FileDescriptor.currentDirectory.open(path, [.readOnly, .directory]).changeMode(S_ISVTX | 0o700)
        }
        return try FileDescriptor.currentDirectory.open(path, [.path, .directory])
    }
}
