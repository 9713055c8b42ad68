/// A device node in the container. Spec: config-linux.md, "Devices"
public struct Device: JSONObject {
    public var type = DeviceType.character
    /// In the container.
    public var path = ""
    public var major: Int64 = 0
    public var minor: Int64 = 0
    /// Permission bits.
    public var fileMode: UInt32?
    /// The owner in the container's user namespace.
    public var uid: UInt32?
    /// The group in the container's user namespace.
    public var gid: UInt32?

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("type", &type)
        try json.required("path", &path)
        // A fifo has no numbers.
        if type == .fifo {
            try json.optional("major", &major)
            try json.optional("minor", &minor)
        } else {
            try json.required("major", &major)
            try json.required("minor", &minor)
        }
        try json.optional("fileMode", &fileMode)
        try json.optional("uid", &uid)
        try json.optional("gid", &gid)
    }
}

/// Man: mknod(1)
public enum DeviceType: String, CaseIterable, Sendable, JSONString {
    case block = "b"
    case character = "c"
    case unbufferedCharacter = "u"
    case fifo = "p"
}
