import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// A container as its directory tells it, and as it is at this moment.
struct Container {
    let directory: ContainerDirectory
    /// nil while it is being created, or where `create` was killed.
    let state: SavedState?
    let procfs: ProcessFileSystem

    init(_ directory: ContainerDirectory, procfs: ProcessFileSystem) throws(RuntimeError) {
        self.init(directory, procfs: procfs, state: try directory.load())
    }

    /// One whose state.json cannot be read: what is known of it is what was noted while it was made.
    init(_ directory: ContainerDirectory, procfs: ProcessFileSystem, state: SavedState?) {
        self.directory = directory
        self.procfs = procfs
        self.state = state
    }

    /// Its directory has another name while its poststop hooks run.
    var id: String { state?.id ?? directory.name }

    /// For what cannot be asked of a container that is not there yet.
    func requireState() throws(RuntimeError) -> SavedState {
        guard let state else { throw RuntimeError("container \(id) is being created or deleted, or that was interrupted", hint: "runc delete --force \(id)") }
        return state
    }

    /// - Parameter atAGlance: for who only looks: see `Freezer.isFrozen`.
    func status(atAGlance: Bool = false) throws(RuntimeError) -> ContainerStatus {
        guard let state else { return ContainerStatus(nil) }
        let isAlive: Bool, awaitsStart: Bool
        do throws(KernelError) {
            isAlive = try NotedInit(state).isAlive(procfs)
            awaitsStart = try self.awaitsStart()
        } catch { throw RuntimeError("status of container \(id)", error) }
        return ContainerStatus(
            ContainerStatus.Facts(
                initIsAlive: isAlive, awaitsStart: awaitsStart,
                isFrozen: isAlive ? try SavedCgroup(state).isFrozen(atAGlance: atAGlance) : false))
    }

    /// Where `start` was killed, or could not remove exec.fifo, init's execve tells that it was started. That alone would not do: a
    /// restored init has none.
    private func awaitsStart() throws(KernelError) -> Bool {
        do throws(KernelError) {
            guard try directory.open(StartFIFO.name, [.path, .noFollow]).status().isFIFO else { return false }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
        return try !hasExecuted()
    }

    /// Whether init has become the container's process, of one that was created.
    func hasExecuted() throws(KernelError) -> Bool {
        guard let state else { return false }
        return try OtherProcess.hasExecuted(pid: state.initProcessPID, procfs)
    }

    /// Init, by a descriptor that cannot come to mean another process; nil where it is gone.
    func openInit() throws(RuntimeError) -> ChildProcess? {
        let noted = if let state { NotedInit(state) as NotedInit? } else { try directory.notedInit() }
        guard let noted else { return nil }
        do throws(KernelError) {
            let process: ChildProcess
            do throws(KernelError) { process = try ChildProcess(opening: noted.pid) } catch {
                // One that has ended needs no descriptor, also where the kernel has none.
                if try !noted.isAlive(procfs) { return nil }
                throw error
            }
            // The pid may have become another's before we opened it: the start time tells.
            guard try noted.isAlive(procfs) else { return nil }
            return process
        } catch { throw RuntimeError("init of container \(id)", error) }
    }

    /// Empty without state.json.
    var bundle: String { state?.config.bundle ?? "" }

    /// New or joined: what `exec` has to join.
    var ownNamespaces: Set<NamespaceKind> { Set(state?.config.namespaces.map(\.type.kind) ?? []) }

    /// Whether others live in its PID namespace, the host's or one that is joined: then its processes do not die with init.
    var sharesProcesses: Bool { !(state?.config.namespaces.contains { $0.type == .pid && $0.isNew } ?? false) }

    var hooks: RuntimeHooks { RuntimeHooks(hooks: state?.config.hooks ?? Hooks()) { state($0, pid: $1) } }

    /// What hooks get. Spec: runtime.md, "State".
    func state(_ status: String, pid: Int32?) -> HookState {
        HookState(id: id, status: status, pid: pid, bundle: bundle, annotations: state?.config.annotations ?? [:])
    }
}

/// Which process init is: the start time tells whether the pid still means it.
struct NotedInit {
    let pid: Int32
    /// Clock ticks after boot. Man: proc_pid_stat(5).
    let start: UInt64

    init(_ state: SavedState) { (pid, start) = (state.initProcessPID, state.initProcessStart) }

    /// Of the text that `text` is; nil for any other.
    init?(_ text: String) {
        let fields = text.split(separator: " ")
        guard fields.count == 2, let pid = Int32(fields[0]), let start = UInt64(fields[1]) else { return nil }
        (self.pid, self.start) = (pid, start)
    }

    var text: String { "\(pid) \(start)" }

    func isAlive(_ procfs: ProcessFileSystem) throws(KernelError) -> Bool { try OtherProcess.startTime(pid: pid, procfs) == start }
}
