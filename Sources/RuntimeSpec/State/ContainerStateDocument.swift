/// What `state` prints, and `list --format json` for each container.
public struct ContainerStateDocument: JSONObject {
    /// The version of the specification that the state follows.
    public var ociVersion = Spec.implementedVersion
    public var id = ""
    /// Init's, in the caller's PID namespace; 0 where no process is there.
    public var pid: Int32 = 0
    /// `creating`, `created`, `running`, `stopped`, or one of the runtime's own.
    public var status = ""
    /// An absolute path on the host.
    public var bundle = ""
    /// An absolute path on the host.
    public var rootfs = ""
    /// RFC 3339, UTC.
    public var created = ""
    public var annotations: [String: String] = [:]
    /// The name of the user who created the container.
    public var owner = ""

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("ociVersion", &ociVersion)
        try json.required("id", &id)
        try json.required("pid", &pid)
        try json.required("status", &status)
        try json.required("bundle", &bundle)
        try json.required("rootfs", &rootfs)
        try json.required("created", &created)
        try json.optional("annotations", &annotations)
        try json.required("owner", &owner)
    }
}

/// The state that a hook, and a seccomp agent, reads. Spec: runtime.md, "State"
public struct HookState: JSONObject {
    /// The version of the specification that the state follows.
    public var ociVersion = Spec.implementedVersion
    public var id = ""
    /// `creating`, `created`, `running`, `stopped`, or one of the runtime's own.
    public var status = ""
    /// Init's, in the hook's PID namespace; nil where no process is there.
    public var pid: Int32?
    /// An absolute path on the host.
    public var bundle = ""
    public var annotations: [String: String] = [:]

    public init() {}

    public init(id: String, status: String, pid: Int32?, bundle: String, annotations: [String: String]) {
        self.id = id
        self.status = status
        self.pid = pid
        self.bundle = bundle
        self.annotations = annotations
    }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("ociVersion", &ociVersion)
        try json.required("id", &id)
        try json.required("status", &status)
        try json.optional("pid", &pid)
        try json.required("bundle", &bundle)
        try json.optional("annotations", &annotations)
    }
}

/// What a seccomp agent gets beside the listener's descriptor. Spec: config-linux.md, "The Container Process State"
public struct ContainerProcessState: JSONObject {
    /// The version of the specification that the state follows.
    public var ociVersion = Spec.implementedVersion
    /// What the descriptors are that come with it, in their order.
    public var fds = ["seccompFd"]
    /// As the runtime sees it.
    public var pid: Int32 = 0
    /// `linux.seccomp.listenerMetadata`.
    public var metadata: String?
    public var state = HookState()

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("ociVersion", &ociVersion)
        try json.required("fds", &fds)
        try json.required("pid", &pid)
        try json.optional("metadata", &metadata)
        try json.required("state", &state)
    }
}
