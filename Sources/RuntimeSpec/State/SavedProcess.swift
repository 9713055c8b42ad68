/// What `exec` takes from the container's configuration: `<root>/<id>/process.json`, which nothing changes. It is apart from
/// state.json because most commands only look at a container, and profiles are long.
public struct SavedProcess: JSONObject {
    /// The container's process, from which `exec` takes what it is not told.
    public var process = Process()
    /// The filter, which `exec` loads too.
    public var seccomp: Seccomp?
    /// What every process of the container has.
    public var memoryPolicy: MemoryPolicy?
    public var personality: Personality?
    /// It has the session keyring of whoever created it.
    public var noNewKeyring = false

    /// Written by ourselves, from a configuration that was not too large.
    public static var maximumBytes: Int { .max }

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("process", &process)
        try json.optional("seccomp", &seccomp)
        try json.optional("memory_policy", &memoryPolicy)
        try json.optional("personality", &personality)
        try json.optional("no_new_keyring", &noNewKeyring)
    }
}
