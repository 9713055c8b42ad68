import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The state directory: one directory for each container.
struct StateStore {
    let path: String

    /// Chosen by who we are; nothing is made yet.
    init(request: GlobalRequest, identity: Identity) throws(RuntimeError) {
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
            path = directory.path
        } catch { throw RuntimeError(error) }
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
            let directory = try ContainerDirectory(id: id, in: root, path: path + "/" + id.text)
            try directory.lock()
            return directory
        } catch {
            if error.errno == .fileExists { throw RuntimeError("container with given ID already exists: \(id.text)") }
            throw RuntimeError("state directory \(path)", error)
        }
    }

    func open(_ id: ContainerID) throws(RuntimeError) -> ContainerDirectory {
        do throws(KernelError) { return try open(id, in: try openRoot(making: false)) } catch { throw failure(toOpen: id, error) }
    }

    private func open(_ id: ContainerID, in root: borrowing OwnedDescriptor) throws(KernelError) -> ContainerDirectory {
        try ContainerDirectory(id: id, in: root, path: path + "/" + id.text)
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
            for name in try root.directoryEntries().sorted() {
                // Another name is none of ours.
                guard let id = try? ContainerID(name) else { continue }
                do throws(KernelError) { body(.success(try open(id, in: root))) } catch { body(.failure(failure(toOpen: id, error))) }
            }
        } catch {
            if error.errno != .noSuchFileOrDirectory { throw RuntimeError("state directory \(path)", error) }
        }
    }

    func remove(_ directory: ContainerDirectory) throws(RuntimeError) {
        do throws(KernelError) {
            try directory.removeContents()
            try openRoot(making: false).removeDirectory(directory.id.text)
        } catch { throw RuntimeError("removing the state of \(directory.id.text)", error) }
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
