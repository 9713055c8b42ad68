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

    /// One whose state.json cannot be read: all that is known of it is its journal of cgroups.
    init(_ directory: ContainerDirectory, procfs: ProcessFileSystem, state: SavedState?) {
        self.directory = directory
        self.procfs = procfs
        self.state = state
    }

    var id: String { directory.id.text }

    /// For what cannot be asked of a container that is not there yet.
    func requireState() throws(RuntimeError) -> SavedState {
        guard let state else { throw RuntimeError("container \(id) is being created, or its creation was interrupted", hint: "runc delete --force \(id)") }
        return state
    }

    func status() throws(RuntimeError) -> ContainerStatus {
        guard let state else { return .creating }
        let isAlive: Bool, awaitsStart: Bool
        do throws(KernelError) {
            isAlive = try initIsAlive(state)
            awaitsStart = try self.awaitsStart()
        } catch { throw RuntimeError("status of container \(id)", error) }
        return ContainerStatus(
            ContainerStatus.Facts(
                hasState: true, initIsAlive: isAlive, awaitsStart: awaitsStart,
                isFrozen: isAlive ? try SavedCgroup(state).isFrozen() : false))
    }

    private func initIsAlive(_ state: SavedState) throws(KernelError) -> Bool {
        try OtherProcess.startTime(pid: state.initProcessPID, procfs) == state.initProcessStart
    }

    private func awaitsStart() throws(KernelError) -> Bool {
        do throws(KernelError) { return try directory.open(StartFIFO.name, [.path, .noFollow]).status().isFIFO } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
    }

    /// Init, by a descriptor that cannot come to mean another process; nil where it is gone.
    func openInit() throws(RuntimeError) -> ChildProcess? {
        guard let state else { return nil }
        do throws(KernelError) {
            let process: ChildProcess
            do throws(KernelError) { process = try ChildProcess(opening: state.initProcessPID) } catch {
                // One that has ended needs no descriptor, also where the kernel has none.
                if try !initIsAlive(state) { return nil }
                throw error
            }
            // The pid may have become another's before we opened it: the start time tells.
            guard try initIsAlive(state) else { return nil }
            return process
        } catch { throw RuntimeError("init of container \(id)", error) }
    }

    /// `bundle=…` among the labels.
    var bundle: String { state?.config.labels.first { $0.hasPrefix("bundle=") }.map { String($0.dropFirst("bundle=".count)) } ?? "" }

    var ownNamespaces: Set<NamespaceKind> { Set(state?.config.namespaces.map(\.type.kind) ?? []) }

    /// What hooks get. Spec: runtime.md, "State".
    func hookState(_ status: String, pid: Int32?) -> String { state(status, pid: pid).encoded(pretty: false) }

    func state(_ status: String, pid: Int32?) -> HookState {
        HookState(id: id, status: status, pid: pid, bundle: bundle, annotations: state?.config.annotations ?? [:])
    }
}
