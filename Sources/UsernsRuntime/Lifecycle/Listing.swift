import LinuxKernel
import RuntimeSpec

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

extension Runtime {
    /// The state of one container, as JSON text without a final newline.
    public func state(id: String) throws(RuntimeError) -> String {
        let probe = try HostProbe()
        let container = try open(id, probe)
        _ = try container.requireState()
        var owners = OwnerNames()
        return try document(container, &owners).encoded(pretty: true)
    }

    public func list() throws(RuntimeError) -> [ContainerListing] {
        try documents().map {
            ContainerListing(id: $0.id, pid: $0.pid, status: $0.status, bundle: $0.bundle, created: $0.created, owner: $0.owner)
        }
    }

    public func listJSON() throws(RuntimeError) -> String {
        let documents = try documents()
        return documents.isEmpty ? "null" : documents.encoded(pretty: false)
    }

    /// Of all containers that can be read; the others get a warning, for one that is broken must not hide the rest.
    private func documents() throws(RuntimeError) -> [ContainerStateDocument] {
        let probe = try HostProbe()
        let store = try StateStore(request: request, identity: probe.identity)
        var documents: [ContainerStateDocument] = []
        var owners = OwnerNames()
        try store.forEach { directory in
            do throws(RuntimeError) {
                let container = try Container(try directory.get(), procfs: probe.procfs)
                if container.state != nil { documents.append(try document(container, &owners)) }
            } catch { log.warning(error.line) }
        }
        return documents
    }

    private func document(_ container: Container, _ owners: inout OwnerNames) throws(RuntimeError) -> ContainerStateDocument {
        let state = try container.requireState()
        let status = try container.status(atAGlance: true)
        var document = ContainerStateDocument()
        document.ociVersion = state.config.version
        document.id = container.id
        document.pid = status == .stopped ? 0 : state.initProcessPID
        document.status = status.rawValue
        document.bundle = container.bundle
        document.rootfs = state.config.rootfs
        document.created = state.created
        document.annotations = state.config.annotations
        let uid: UInt32
        do throws(KernelError) { uid = try container.directory.ownerUID } catch { throw RuntimeError("state of \(container.id)", error) }
        document.owner = owners.name(of: uid)
        return document
    }
}

/// What owners of containers are called; each is looked up once, however many containers they have.
private struct OwnerNames {
    private var known: [UInt32: String] = [:]

    mutating func name(of uid: UInt32) -> String {
        if let name = known[uid] { return name }
        let name = UserDatabase.entry(uid: uid)?.name ?? "#\(uid)"
        known[uid] = name
        return name
    }
}
