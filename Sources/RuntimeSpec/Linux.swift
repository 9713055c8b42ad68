/// What only containers on Linux have. Spec: config-linux.md
public struct Linux: JSONObject {
    /// Of the user namespace; host ids are those of the runtime's user namespace.
    public var uidMappings: [LinuxIDMapping] = []
    /// Of the user namespace; host ids are those of the runtime's user namespace.
    public var gidMappings: [LinuxIDMapping] = []
    /// Values by the name of the kernel's parameter, with dots.
    public var sysctl: [String: String] = [:]
    public var resources: Resources?
    /// Absolute below the cgroup's mount point, relative to a place of the runtime's choice, or `slice:prefix:name`.
    public var cgroupsPath: String?
    public var namespaces: [Namespace] = []
    /// Beside the default ones.
    public var devices: [Device] = []
    /// By the name of the interface on the host.
    public var netDevices: [String: NetDevice] = [:]
    public var seccomp: Seccomp?
    public var rootfsPropagation: RootfsPropagation?
    /// Absolute paths in the container that can't be read.
    public var maskedPaths: [String] = []
    /// Absolute paths in the container that can't be written.
    public var readonlyPaths: [String] = []
    /// The SELinux context of the mounts.
    public var mountLabel: String?
    public var intelRdt: IntelRdt?
    public var memoryPolicy: MemoryPolicy?
    public var personality: Personality?
    /// Of the time namespace, by the clock's name: `monotonic`, `boottime`.
    public var timeOffsets: [String: TimeOffset] = [:]

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("uidMappings", &uidMappings)
        try json.optional("gidMappings", &gidMappings)
        try json.optional("sysctl", &sysctl)
        try json.optional("resources", &resources)
        try json.optional("cgroupsPath", &cgroupsPath)
        try json.optional("namespaces", &namespaces)
        try json.optional("devices", &devices)
        try json.optional("netDevices", &netDevices)
        try json.optional("seccomp", &seccomp)
        try json.optional("rootfsPropagation", &rootfsPropagation)
        try json.optional("maskedPaths", &maskedPaths)
        try json.optional("readonlyPaths", &readonlyPaths)
        try json.optional("mountLabel", &mountLabel)
        try json.optional("intelRdt", &intelRdt)
        try json.optional("memoryPolicy", &memoryPolicy)
        try json.optional("personality", &personality)
        try json.optional("timeOffsets", &timeOffsets)
    }
}

/// One range of a user namespace's map, or of an id-mapped mount's. Man: user_namespaces(7)
public struct LinuxIDMapping: JSONObject {
    /// The first id in the container.
    public var containerID: UInt32 = 0
    /// The id on the host that `containerID` stands for.
    public var hostID: UInt32 = 0
    /// How many ids.
    public var size: UInt32 = 0

    public init() {}

    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("containerID", &containerID)
        try json.required("hostID", &hostID)
        try json.required("size", &size)
    }
}

/// What a clock of the time namespace is ahead. Man: time_namespaces(7)
public struct TimeOffset: JSONObject {
    public var secs: Int64 = 0
    public var nanosecs: UInt32 = 0

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("secs", &secs)
        try json.optional("nanosecs", &nanosecs)
    }
}

/// A network interface of the host that is moved into the container.
public struct NetDevice: JSONObject {
    /// Its name in the container; nil keeps the one on the host.
    public var name: String?

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) { try json.optional("name", &name) }
}

/// How mounts propagate between the container's root and the host's. Man: mount_namespaces(7)
public enum RootfsPropagation: String, CaseIterable, Sendable, JSONString {
    case shared, slave, `private`, unbindable, rshared, rslave, rprivate, runbindable
}

/// The execution domain. Man: personality(2)
public struct Personality: JSONObject {
    public var domain = PersonalityDomain.linux
    /// The specification defines none yet.
    public var flags: [String] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("domain", &domain)
        try json.optional("flags", &flags)
    }
}

public enum PersonalityDomain: String, CaseIterable, Sendable, JSONString {
    case linux = "LINUX"
    case linux32 = "LINUX32"
}

/// Resource Director Technology, through resctrl. Spec: config-linux.md, "IntelRdt"
public struct IntelRdt: JSONObject {
    public var closID: String?
    /// Lines for the schemata file.
    public var schemata: [String] = []
    public var l3CacheSchema: String?
    public var memBwSchema: String?
    public var enableMonitoring = false

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("closID", &closID)
        try json.optional("schemata", &schemata)
        try json.optional("l3CacheSchema", &l3CacheSchema)
        try json.optional("memBwSchema", &memBwSchema)
        try json.optional("enableMonitoring", &enableMonitoring)
    }
}

/// From which NUMA nodes memory is allocated. Man: set_mempolicy(2)
public struct MemoryPolicy: JSONObject {
    public var mode = MemoryPolicyMode.default
    /// A list such as `0-3,7`.
    public var nodes: String?
    public var flags: [MemoryPolicyFlag] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("mode", &mode)
        try json.optional("nodes", &nodes)
        try json.optional("flags", &flags)
    }
}

public enum MemoryPolicyMode: String, CaseIterable, Sendable, JSONString {
    case `default` = "MPOL_DEFAULT"
    case bind = "MPOL_BIND"
    case interleave = "MPOL_INTERLEAVE"
    case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
    case preferred = "MPOL_PREFERRED"
    case preferredMany = "MPOL_PREFERRED_MANY"
    case local = "MPOL_LOCAL"
}

public enum MemoryPolicyFlag: String, CaseIterable, Sendable, JSONString {
    case numaBalancing = "MPOL_F_NUMA_BALANCING"
    case relativeNodes = "MPOL_F_RELATIVE_NODES"
    case staticNodes = "MPOL_F_STATIC_NODES"
}
