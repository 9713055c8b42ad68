extension Resources {
    /// A rule of the device controller. Spec: config-linux.md, "Allowed Device list"
    public struct DeviceCgroup: JSONObject {
        public var allow = false
        /// Nil for all.
        public var type: DeviceCgroupType?
        /// Nil for all.
        public var major: Int64?
        /// Nil for all.
        public var minor: Int64?
        /// Of `r`, `w` and `m` (mknod); nil for all.
        public var access: String?

        public init() {}

        public init(allow: Bool, type: DeviceCgroupType? = nil, major: Int64? = nil, minor: Int64? = nil, access: String? = nil) {
            self.allow = allow
            self.type = type
            self.major = major
            self.minor = minor
            self.access = access
        }

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("allow", &allow)
            try json.optional("type", &type)
            try json.optional("major", &major)
            try json.optional("minor", &minor)
            try json.optional("access", &access)
        }
    }

    public enum DeviceCgroupType: String, CaseIterable, Sendable, JSONString {
        case all = "a"
        case block = "b"
        case character = "c"
    }
}
