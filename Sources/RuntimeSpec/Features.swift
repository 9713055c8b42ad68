/// What a runtime can do, whatever the host can: the output of `features`. Spec: features.md, features-linux.md
///
/// Nil and empty mean "unknown", not "none".
public struct Features: JSONObject {
    public var ociVersionMin = ""
    public var ociVersionMax = ""
    public var hooks: [String] = []
    public var mountOptions: [String] = []
    public var linux: Linux?
    public var annotations: [String: String] = [:]
    public var potentiallyUnsafeConfigAnnotations: [String] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("ociVersionMin", &ociVersionMin)
        try json.required("ociVersionMax", &ociVersionMax)
        try json.optional("hooks", &hooks)
        try json.optional("mountOptions", &mountOptions)
        try json.optional("linux", &linux)
        try json.optional("annotations", &annotations)
        try json.optional("potentiallyUnsafeConfigAnnotations", &potentiallyUnsafeConfigAnnotations)
    }

    public struct Linux: JSONObject {
        public var namespaces: [String] = []
        public var capabilities: [String] = []
        public var cgroup: Cgroup?
        public var seccomp: Seccomp?
        public var apparmor: Support?
        public var selinux: Support?
        public var intelRdt: IntelRdt?
        public var mountExtensions: MountExtensions?
        public var netDevices: Support?
        public var memoryPolicy: MemoryPolicy?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("namespaces", &namespaces)
            try json.optional("capabilities", &capabilities)
            try json.optional("cgroup", &cgroup)
            try json.optional("seccomp", &seccomp)
            try json.optional("apparmor", &apparmor)
            try json.optional("selinux", &selinux)
            try json.optional("intelRdt", &intelRdt)
            try json.optional("mountExtensions", &mountExtensions)
            try json.optional("netDevices", &netDevices)
            try json.optional("memoryPolicy", &memoryPolicy)
        }
    }

    /// Something that a runtime has or has not.
    public struct Support: JSONObject {
        public var enabled: Bool?

        public init() {}
        public init(enabled: Bool) { self.enabled = enabled }

        public mutating func fields(_ json: JSONFields) throws(SpecError) { try json.optional("enabled", &enabled) }
    }

    public struct Cgroup: JSONObject {
        public var v1: Bool?
        public var v2: Bool?
        public var systemd: Bool?
        public var systemdUser: Bool?
        public var rdma: Bool?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("v1", &v1)
            try json.optional("v2", &v2)
            try json.optional("systemd", &systemd)
            try json.optional("systemdUser", &systemdUser)
            try json.optional("rdma", &rdma)
        }
    }

    public struct Seccomp: JSONObject {
        public var enabled: Bool?
        public var actions: [String] = []
        public var operators: [String] = []
        public var archs: [String] = []
        /// The filter flags that a configuration may name.
        public var knownFlags: [String] = []
        /// Those of `knownFlags` that this build supports.
        public var supportedFlags: [String] = []

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("enabled", &enabled)
            try json.optional("actions", &actions)
            try json.optional("operators", &operators)
            try json.optional("archs", &archs)
            try json.optional("knownFlags", &knownFlags)
            try json.optional("supportedFlags", &supportedFlags)
        }
    }

    public struct IntelRdt: JSONObject {
        public var enabled: Bool?
        public var schemata: Bool?
        public var monitoring: Bool?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("enabled", &enabled)
            try json.optional("schemata", &schemata)
            try json.optional("monitoring", &monitoring)
        }
    }

    public struct MountExtensions: JSONObject {
        public var idmap: Support?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) { try json.optional("idmap", &idmap) }
    }

    public struct MemoryPolicy: JSONObject {
        public var modes: [String] = []
        public var flags: [String] = []

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("modes", &modes)
            try json.optional("flags", &flags)
        }
    }
}
