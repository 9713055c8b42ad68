/// A mount in the container. Spec: config.md, "Mounts"
public struct Mount: JSONObject {
    /// In the container; a relative one is taken from `/`.
    public var destination = ""
    /// The file system's type; nil for a bind mount.
    public var type: String?
    /// A device, a name, or for a bind mount a path on the host: absolute, or relative to the bundle.
    public var source: String?
    /// Those of mount(8), and what the file system itself understands.
    public var options: [String] = []
    /// For an id-mapped mount.
    public var uidMappings: [LinuxIDMapping] = []
    /// For an id-mapped mount.
    public var gidMappings: [LinuxIDMapping] = []

    public init() {}

    public init(destination: String, type: String?, source: String?, options: [String] = []) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
    }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("destination", &destination)
        try json.optional("type", &type)
        try json.optional("source", &source)
        try json.optional("options", &options)
        try json.optional("uidMappings", &uidMappings)
        try json.optional("gidMappings", &gidMappings)
    }
}
