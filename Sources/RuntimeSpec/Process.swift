/// The process to run in a container: a part of config.json, and the whole of a process.json. Spec: config.md, "Process".
public struct Process: JSONObject {
    /// A pseudoterminal is its standard input, output and error.
    public var terminal = false
    public var consoleSize: Box?
    public var user = User()
    /// The program, looked up in the container's PATH where it has no slash, and its arguments.
    public var args: [String] = []
    /// `KEY=VALUE`.
    public var env: [String] = []
    /// An absolute path in the container.
    public var cwd = ""
    /// Nil where the document does not say, which `exec` takes for the container's own.
    public var capabilities: Capabilities?
    public var rlimits: [Rlimit] = []
    public var noNewPrivileges = false
    public var apparmorProfile: String?
    /// From -1000 to 1000; nil leaves the inherited value. Man: proc_pid_oom_score_adj(5)
    public var oomScoreAdj: Int32?
    public var scheduler: Scheduler?
    public var selinuxLabel: String?
    public var ioPriority: IOPriority?
    public var execCPUAffinity: CPUAffinity?

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("terminal", &terminal)
        // Without a terminal it is to be ignored, whatever it says.
        if terminal { try json.optional("consoleSize", &consoleSize) }
        try json.defaulted("user", &user)
        try json.optional("args", &args)
        try json.optional("env", &env)
        try json.required("cwd", &cwd)
        try json.optional("capabilities", &capabilities)
        try json.optional("rlimits", &rlimits)
        try json.optional("noNewPrivileges", &noNewPrivileges)
        try json.optional("apparmorProfile", &apparmorProfile)
        try json.optional("oomScoreAdj", &oomScoreAdj)
        try json.optional("scheduler", &scheduler)
        try json.optional("selinuxLabel", &selinuxLabel)
        try json.optional("ioPriority", &ioPriority)
        try json.optional("execCPUAffinity", &execCPUAffinity)
    }
}

/// The size of a terminal, in characters, as the kernel's `winsize` holds it.
public struct Box: JSONObject {
    public var height: UInt16 = 0
    public var width: UInt16 = 0

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("height", &height)
        try json.required("width", &width)
    }
}

/// Who the process is, in the container's user namespace.
public struct User: JSONObject {
    public var uid: UInt32 = 0
    public var gid: UInt32 = 0
    /// Nil leaves the runtime's default.
    public var umask: UInt32?
    public var additionalGids: [UInt32] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.defaulted("uid", &uid)
        try json.defaulted("gid", &gid)
        try json.optional("umask", &umask)
        try json.optional("additionalGids", &additionalGids)
    }
}

/// The five sets of capabilities, by name (`CAP_…`); names may be unknown to this runtime. Man: capabilities(7)
public struct Capabilities: JSONObject {
    public var bounding: [String] = []
    public var effective: [String] = []
    public var inheritable: [String] = []
    public var permitted: [String] = []
    public var ambient: [String] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("bounding", &bounding)
        try json.optional("effective", &effective)
        try json.optional("inheritable", &inheritable)
        try json.optional("permitted", &permitted)
        try json.optional("ambient", &ambient)
    }

    /// The names in any of the sets that are no capability's, each once, sorted: they are ignored with a warning, so that
    /// the configuration of a newer kernel still runs.
    public var unknownNames: [String] {
        var unknown: [String] = []
        for names in [bounding, effective, inheritable, permitted, ambient] {
            for name in names where Capability(rawValue: name) == nil { unknown.append(name) }
        }
        // Only for who has some is a set made: its type alone costs a start some 20 µs.
        return unknown.isEmpty ? [] : Set(unknown).sorted()
    }
}

/// A limit of the process's resources. Man: getrlimit(2)
public struct Rlimit: JSONObject {
    public var type = RlimitType.noFile
    /// In the limit's own unit; UInt64.max is the kernel's RLIM_INFINITY.
    public var hard: UInt64 = 0
    /// In the limit's own unit; UInt64.max is the kernel's RLIM_INFINITY.
    public var soft: UInt64 = 0

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("type", &type)
        try json.required("hard", &hard)
        try json.required("soft", &soft)
    }
}

/// The limits that Linux has. Man: getrlimit(2)
public enum RlimitType: String, CaseIterable, Sendable, JSONString {
    case addressSpace = "RLIMIT_AS"
    case core = "RLIMIT_CORE"
    case cpu = "RLIMIT_CPU"
    case data = "RLIMIT_DATA"
    case fileSize = "RLIMIT_FSIZE"
    case locks = "RLIMIT_LOCKS"
    case lockedMemory = "RLIMIT_MEMLOCK"
    case messageQueues = "RLIMIT_MSGQUEUE"
    case nice = "RLIMIT_NICE"
    case noFile = "RLIMIT_NOFILE"
    case processes = "RLIMIT_NPROC"
    case residentSet = "RLIMIT_RSS"
    case realtimePriority = "RLIMIT_RTPRIO"
    case realtimeTime = "RLIMIT_RTTIME"
    case pendingSignals = "RLIMIT_SIGPENDING"
    case stack = "RLIMIT_STACK"
}
