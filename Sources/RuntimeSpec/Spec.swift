/// A container's configuration: the bundle's config.json. Spec: config.md, its common and its Linux part.
///
/// Decoding checks types and ranges, `validate()` the rules between the fields.
public struct Spec: JSONObject {
    /// The newest version of the specification that is implemented.
    public static let implementedVersion = "1.3.0"

    /// The version of the specification that the document follows.
    public var ociVersion = ""
    /// The container's process; create needs one.
    public var process: Process?
    public var root: Root?
    public var hostname: String?
    public var domainname: String?
    /// In the order in which they are mounted.
    public var mounts: [Mount] = []
    public var hooks = Hooks()
    public var annotations: [String: String] = [:]
    public var linux = Linux()

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("ociVersion", &ociVersion)
        try json.optional("process", &process)
        try json.optional("root", &root)
        try json.optional("hostname", &hostname)
        try json.optional("domainname", &domainname)
        try json.optional("mounts", &mounts)
        try json.optional("hooks", &hooks)
        try json.optional("annotations", &annotations)
        try json.optional("linux", &linux)
    }
}

extension Spec {
    /// crun's name for `linux.seccomp.listenerPath`, from before the specification had one.
    public static let seccompReceiverAnnotation = "run.oci.seccomp.receiver"

    /// Reads what has another meaning by now as the document's version has it.
    ///
    /// - Annotations that have become a field: the field counts more.
    /// - `pids.limit` 0: a limit since 1.3. Before, callers that could not leave the number out sent it (Podman for `--pids-limit -1`).
    public mutating func adoptOldMeanings() {
        if let path = annotations[Self.seccompReceiverAnnotation], linux.seccomp?.listenerPath == nil { linux.seccomp?.listenerPath = path }
        if linux.resources?.pids?.limit == 0, let version = SemanticVersion(ociVersion), version.minor < 3 { linux.resources?.pids = nil }
    }
}

/// The container's root file system. Spec: config.md, "Root".
public struct Root: JSONObject {
    /// On the host: absolute, or relative to the bundle.
    public var path = ""
    public var readonly = false

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("path", &path)
        try json.optional("readonly", &readonly)
    }
}
