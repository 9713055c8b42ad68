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

    /// Every kind by its name in config.json, in the order of a container's life.
    static var kinds: [(name: StaticString, hooks: WritableKeyPath<Hooks, [Hook]>)] {
        [
            ("prestart", \.prestart), ("createRuntime", \.createRuntime), ("createContainer", \.createContainer),
            ("startContainer", \.startContainer), ("poststart", \.poststart), ("poststop", \.poststop),
        ]
    }

    /// The names of all kinds, as config.json has them.
    public static var names: [String] { kinds.map { "\($0.name)" } }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        for (name, hooks) in Self.kinds { try json.optional(name, &self[keyPath: hooks]) }
    }
}

public struct Hook: JSONObject {
    /// Absolute, where the hook runs.
    public var path = ""
    /// With the program's name first, as execv takes them.
    public var args: [String] = []
    /// nil where the environment is that of whoever runs it; an empty one is empty.
    public var env: [String]?
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
