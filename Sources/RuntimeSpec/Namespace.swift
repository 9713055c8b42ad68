/// A namespace of the container, new or joined. Spec: config-linux.md, "Namespaces"
public struct Namespace: JSONObject {
    public var type = NamespaceType.mount
    /// Of the namespace to join, on the host; nil for a new one.
    public var path: String?

    public init() {}

    public init(_ type: NamespaceType, path: String? = nil) {
        self.type = type
        self.path = path
    }

    /// Made for the container, not joined.
    public var isNew: Bool { joinedPath == nil }

    /// nil for a new one, which an empty path means too.
    public var joinedPath: String? { path.flatMap { $0.isEmpty ? nil : $0 } }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("type", &type)
        try json.optional("path", &path)
    }
}

/// The kinds of namespace, by the specification's names. Man: namespaces(7)
public enum NamespaceType: String, CaseIterable, Sendable, JSONString {
    case pid, network, mount, ipc, uts, user, cgroup, time

    /// Its key in state.json: the clone flag without `CLONE_`.
    public var stateKey: String { self == .mount ? "NEWNS" : "NEW" + procName.uppercased() }

    /// The name under /proc/PID/ns.
    var procName: String {
        switch self {
        case .mount: "mnt"
        case .network: "net"
        default: rawValue
        }
    }
}
