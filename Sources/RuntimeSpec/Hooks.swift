/// Programs that the runtime calls at certain points of a container's life. Spec: config.md, "POSIX-platform Hooks"
public struct Hooks: JSONObject {
    /// Deprecated: on the host, before `createRuntime`.
    public var prestart: [Hook] = []
    /// On the host, after the namespaces exist, before pivot_root.
    public var createRuntime: [Hook] = []
    /// In the container's namespaces, before pivot_root.
    public var createContainer: [Hook] = []
    /// In the container, before its process is executed.
    public var startContainer: [Hook] = []
    /// On the host, after the container's process has been started.
    public var poststart: [Hook] = []
    /// On the host, after the container has been deleted.
    public var poststop: [Hook] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("prestart", &prestart)
        try json.optional("createRuntime", &createRuntime)
        try json.optional("createContainer", &createContainer)
        try json.optional("startContainer", &startContainer)
        try json.optional("poststart", &poststart)
        try json.optional("poststop", &poststop)
    }
}

public struct Hook: JSONObject {
    /// Absolute, where the hook runs.
    public var path = ""
    /// With the program's name first, as execv takes them.
    public var args: [String] = []
    public var env: [String] = []
    /// Seconds until the hook is killed; nil for no limit.
    public var timeout: Int32?

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("path", &path)
        try json.optional("args", &args)
        try json.optional("env", &env)
        try json.optional("timeout", &timeout)
    }
}
