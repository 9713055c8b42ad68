// Placeholder bodies: each command moves to a file of its own.
extension Runtime {
    public func create(_ request: CreateRequest) throws(RuntimeError) { throw RuntimeError("create: not built yet") }
    /// Returns the exit status of the container's process (128+n where signal n ended it).
    public func run(_ request: RunRequest) throws(RuntimeError) -> Int32 { throw RuntimeError("run: not built yet") }
    public func start(id: String) throws(RuntimeError) { throw RuntimeError("start: not built yet") }
    /// The state of one container, as JSON text without a final newline.
    public func state(id: String) throws(RuntimeError) -> String { throw RuntimeError("state: not built yet") }
    public func list() throws(RuntimeError) -> [ContainerListing] { throw RuntimeError("list: not built yet") }
    public func listJSON() throws(RuntimeError) -> String { throw RuntimeError("list: not built yet") }
    public func kill(id: String, signal: Int32, all: Bool) throws(RuntimeError) { throw RuntimeError("kill: not built yet") }
    public func delete(id: String, force: Bool) throws(RuntimeError) { throw RuntimeError("delete: not built yet") }
    /// Returns the exit status of the process (128+n where signal n ended it); 0 where it is detached.
    public func exec(_ request: ExecRequest) throws(RuntimeError) -> Int32 { throw RuntimeError("exec: not built yet", code: 255) }
    public func spec(_ request: SpecRequest) throws(RuntimeError) { throw RuntimeError("spec: not built yet") }
    /// What this runtime can do, as JSON text without a final newline.
    public func features() throws(RuntimeError) -> String { throw RuntimeError("features: not built yet") }
    /// A command of which only the policy exists so far: refused by the policy, or an error that says it is not built.
    public func refuse(_ command: String) throws(RuntimeError) { throw RuntimeError("\(command): not built yet") }
}

/// A line of `list`.
public struct ContainerListing: Sendable {
    public var id: String
    /// In the caller's PID namespace; 0 where no process is there.
    public var pid: Int32
    public var status: String
    public var bundle: String
    /// RFC 3339, UTC.
    public var created: String
    /// The user's name, or `#UID` where it has none.
    public var owner: String
}
