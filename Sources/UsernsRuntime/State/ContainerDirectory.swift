import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The directory of one container. What is in it is named here and nowhere else.
final class ContainerDirectory: Descriptor {
    static let stateName = "state.json"

    /// The container's id; another while its poststop hooks run.
    var name: String
    private let parent: String
    var path: String { parent + "/" + name }
    private let directory: OwnedDescriptor

    /// - Parameter path: that of the state directory, which `root` is.
    init(_ name: String, in root: borrowing OwnedDescriptor, path: String) throws(KernelError) {
        self.name = name
        parent = path
        directory = try root.open(name, [.readOnly, .directory, .noFollow])
    }

    var rawValue: Int32 { directory.rawValue }

    /// Held until `unlock`, or until this process and its clones have closed the directory.
    func lock() throws(KernelError) { try lockExclusively() }

    /// False where somebody else holds it.
    func lockIfFree() throws(KernelError) -> Bool { try lockExclusivelyIfFree() }

    // MARK: state.json

    /// nil where `create` has not come so far, or was killed before.
    func load() throws(RuntimeError) -> SavedState? {
        guard let bytes = try readState() else { return nil }
        return try decodeState(bytes)
    }

    /// The first half of `load`: what fails here may be read another time.
    func readState() throws(RuntimeError) -> [UInt8]? {
        try readIfThere(Self.stateName)
    }

    private func readIfThere(_ name: String) throws(RuntimeError) -> [UInt8]? {
        do throws(KernelError) {
            // A fifo that somebody put there would keep us; what is no file has nothing in it.
            let file = try open(name, [.readOnly, .noFollow, .nonBlocking])
            guard try file.status().isRegular else { return [] }
            // All of it: what we have written of a large configuration is larger still.
            return try file.readAll(limitBytes: .max)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw RuntimeError("\(path)/\(name)", error)
        }
    }

    /// The second half: what fails here is broken for good.
    func decodeState(_ bytes: [UInt8]) throws(RuntimeError) -> SavedState {
        do throws(SpecError) { return try SavedState.decode(bytes) } catch {
            throw RuntimeError("\(path)/\(Self.stateName)", cause: error.description, hint: "runc delete --force \(name) removes what is left")
        }
    }

    private static let newStateName = stateName + ".new"

    /// Atomically: whoever reads it sees the old or the new one, whatever kills us in between.
    func save(_ state: SavedState) throws(RuntimeError) {
        try stage(state)
        try publishState()
    }

    /// The part of `save` that takes time: on disk, but not yet where it is read.
    func stage(_ state: SavedState) throws(RuntimeError) { try write(state.encoded(pretty: false), to: Self.newStateName, Self.stateName) }

    /// The end of `save`.
    func publishState() throws(RuntimeError) {
        do throws(KernelError) { try rename(Self.newStateName, to: Self.stateName) } catch { throw writingError(Self.stateName, error) }
    }

    private func write(_ text: String, to name: String, _ shownName: String) throws(RuntimeError) {
        do throws(KernelError) {
            let file = try open(name, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
            try file.writeAll(text)
            try file.synchronize()
        } catch { throw writingError(shownName, error) }
    }

    private func writingError(_ file: String, _ error: KernelError) -> RuntimeError { RuntimeError("writing \(file) of \(name)", error) }

    // MARK: process.json

    private static let processName = "process.json"

    /// Once, before there is a state.json: that one tells that all is there.
    func save(_ process: SavedProcess) throws(RuntimeError) { try write(process.encoded(pretty: false), to: Self.processName, Self.processName) }

    func loadProcess() throws(RuntimeError) -> SavedProcess {
        let name = "\(path)/\(Self.processName)"
        guard let bytes = try readIfThere(Self.processName) else { throw RuntimeError(name, cause: Errno.noSuchFileOrDirectory.text) }
        do throws(SpecError) { return try SavedProcess.decode(bytes) } catch { throw RuntimeError(name, cause: error.description) }
    }

    /// What was staged and is not published; nil where it never was, or not to its end.
    func loadStaged() throws(RuntimeError) -> SavedState? {
        guard let bytes = try readIfThere(Self.newStateName) else { return nil }
        do throws(SpecError) { return try SavedState.decode(bytes) } catch { return nil }
    }

    /// What was staged is not to be.
    func unstage() throws(RuntimeError) {
        do throws(KernelError) { try unlink(Self.newStateName) } catch { throw writingError(Self.stateName, error) }
    }

    /// Who owns the container: the owner of its directory.
    var ownerUID: UInt32 { get throws(KernelError) { try status().uid } }

    // MARK: init

    private static let initName = "init"

    /// Notes which process init is, for whoever cannot read state.json.
    func note(_ noted: NotedInit) throws(RuntimeError) {
        do throws(KernelError) {
            try open(Self.initName, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600).writeAll(noted.text)
        } catch { throw RuntimeError("noting init of \(name)", error) }
    }

    /// nil where it was not launched, or its note is none.
    func notedInit() throws(RuntimeError) -> NotedInit? {
        try readIfThere(Self.initName).flatMap { NotedInit(String(decoding: $0, as: UTF8.self)) }
    }

    // MARK: removal

    /// Errors: EBUSY where a root file system is still mounted, whose files are nothing to remove.
    func removeContents() throws(KernelError) {
        try RestoreRoot.unmount(in: self)
        try removeTree()
    }
}
