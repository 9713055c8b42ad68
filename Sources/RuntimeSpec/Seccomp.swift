/// Which system calls the container's processes may make. Spec: config-linux.md, "Seccomp". Man: seccomp(2)
public struct Seccomp: JSONObject {
    /// For all system calls that `syscalls` does not name.
    public var defaultAction = SeccompAction.killThread
    public var defaultErrnoRet: UInt32?
    /// Beside the native one.
    public var architectures: [SeccompArchitecture] = []
    /// Nil where the document does not say: then the runtime chooses.
    public var flags: [SeccompFlag]?
    /// A UNIX socket on the host to which the notify descriptor is sent.
    public var listenerPath: String?
    public var listenerMetadata: String?
    public var syscalls: [Syscall] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("defaultAction", &defaultAction)
        try json.optional("defaultErrnoRet", &defaultErrnoRet)
        try json.optional("architectures", &architectures)
        try json.optional("flags", &flags)
        try json.optional("listenerPath", &listenerPath)
        try json.optional("listenerMetadata", &listenerMetadata)
        try json.optional("syscalls", &syscalls)
    }
}

extension Seccomp {
    /// An agent is asked, over `listenerPath`.
    public var usesNotify: Bool { syscalls.contains { $0.action == .notify } }
}

/// A rule: what happens to some system calls.
public struct Syscall: JSONObject {
    public var names: [String] = []
    public var action = SeccompAction.killThread
    public var errnoRet: UInt32?
    /// All must match.
    public var args: [SeccompArg] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("names", &names)
        try json.required("action", &action)
        try json.optional("errnoRet", &errnoRet)
        try json.optional("args", &args)
    }
}

/// A comparison of a system call's argument.
public struct SeccompArg: JSONObject {
    /// From 0.
    public var index: UInt32 = 0
    /// With `maskedEqual` the mask.
    public var value: UInt64 = 0
    /// With `maskedEqual` the value.
    public var valueTwo: UInt64 = 0
    public var op = SeccompOperator.equal

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("index", &index)
        try json.required("value", &value)
        try json.optional("valueTwo", &valueTwo)
        try json.required("op", &op)
    }
}

public enum SeccompAction: String, CaseIterable, Sendable, JSONString {
    /// An older name of `killThread`.
    case kill = "SCMP_ACT_KILL"
    case killProcess = "SCMP_ACT_KILL_PROCESS"
    case killThread = "SCMP_ACT_KILL_THREAD"
    case trap = "SCMP_ACT_TRAP"
    case errno = "SCMP_ACT_ERRNO"
    case trace = "SCMP_ACT_TRACE"
    case allow = "SCMP_ACT_ALLOW"
    case log = "SCMP_ACT_LOG"
    case notify = "SCMP_ACT_NOTIFY"
}

public enum SeccompOperator: String, CaseIterable, Sendable, JSONString {
    case notEqual = "SCMP_CMP_NE"
    case less = "SCMP_CMP_LT"
    case lessOrEqual = "SCMP_CMP_LE"
    case equal = "SCMP_CMP_EQ"
    case greaterOrEqual = "SCMP_CMP_GE"
    case greater = "SCMP_CMP_GT"
    case maskedEqual = "SCMP_CMP_MASKED_EQ"
}

public enum SeccompFlag: String, CaseIterable, Sendable, JSONString {
    case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
    case log = "SECCOMP_FILTER_FLAG_LOG"
    case speculationAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    case waitKillableReceive = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
}

public enum SeccompArchitecture: String, CaseIterable, Sendable, JSONString {
    case x86 = "SCMP_ARCH_X86"
    case x86_64 = "SCMP_ARCH_X86_64"
    case x32 = "SCMP_ARCH_X32"
    case arm = "SCMP_ARCH_ARM"
    case aarch64 = "SCMP_ARCH_AARCH64"
    case mips = "SCMP_ARCH_MIPS"
    case mips64 = "SCMP_ARCH_MIPS64"
    case mips64n32 = "SCMP_ARCH_MIPS64N32"
    case mipsel = "SCMP_ARCH_MIPSEL"
    case mipsel64 = "SCMP_ARCH_MIPSEL64"
    case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
    case ppc = "SCMP_ARCH_PPC"
    case ppc64 = "SCMP_ARCH_PPC64"
    case ppc64le = "SCMP_ARCH_PPC64LE"
    case s390 = "SCMP_ARCH_S390"
    case s390x = "SCMP_ARCH_S390X"
    case parisc = "SCMP_ARCH_PARISC"
    case parisc64 = "SCMP_ARCH_PARISC64"
    case riscv64 = "SCMP_ARCH_RISCV64"
    case loongarch64 = "SCMP_ARCH_LOONGARCH64"
    case m68k = "SCMP_ARCH_M68K"
    case sh = "SCMP_ARCH_SH"
    case sheb = "SCMP_ARCH_SHEB"
}
