/// How the kernel schedules the process. Spec: config.md, `process.scheduler`. Man: sched_setattr(2)
public struct Scheduler: JSONObject {
    public var policy = SchedulerPolicy.other
    public var nice: Int32 = 0
    /// The static priority, for SCHED_FIFO and SCHED_RR.
    public var priority: Int32 = 0
    public var flags: [SchedulerFlag] = []
    /// Nanoseconds, for SCHED_DEADLINE.
    public var runtime: UInt64 = 0
    /// Nanoseconds, for SCHED_DEADLINE.
    public var deadline: UInt64 = 0
    /// Nanoseconds, for SCHED_DEADLINE.
    public var period: UInt64 = 0

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("policy", &policy)
        try json.optional("nice", &nice)
        try json.optional("priority", &priority)
        try json.optional("flags", &flags)
        try json.optional("runtime", &runtime)
        try json.optional("deadline", &deadline)
        try json.optional("period", &period)
    }
}

public enum SchedulerPolicy: String, CaseIterable, Sendable, JSONString {
    case other = "SCHED_OTHER"
    case fifo = "SCHED_FIFO"
    case roundRobin = "SCHED_RR"
    case batch = "SCHED_BATCH"
    case iso = "SCHED_ISO"
    case idle = "SCHED_IDLE"
    case deadline = "SCHED_DEADLINE"
}

public enum SchedulerFlag: String, CaseIterable, Sendable, JSONString {
    case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
    case reclaim = "SCHED_FLAG_RECLAIM"
    case deadlineOverrun = "SCHED_FLAG_DL_OVERRUN"
    case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
    case keepParameters = "SCHED_FLAG_KEEP_PARAMS"
    case utilizationClampMinimum = "SCHED_FLAG_UTIL_CLAMP_MIN"
    case utilizationClampMaximum = "SCHED_FLAG_UTIL_CLAMP_MAX"
}

/// The process's priority in input and output. Spec: config.md, `process.ioPriority`. Man: ioprio_set(2)
public struct IOPriority: JSONObject {
    public var `class` = IOPriorityClass.bestEffort
    /// From 0, the highest, to 7.
    public var priority: Int32 = 0

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("class", &`class`)
        try json.defaulted("priority", &priority)
    }
}

public enum IOPriorityClass: String, CaseIterable, Sendable, JSONString {
    case realtime = "IOPRIO_CLASS_RT"
    case bestEffort = "IOPRIO_CLASS_BE"
    case idle = "IOPRIO_CLASS_IDLE"
}

/// On which CPUs a process runs that `exec` starts: lists such as `0-3,7`. Spec: config.md, `process.execCPUAffinity`.
public struct CPUAffinity: JSONObject {
    /// Until it has been moved to the container's cgroup.
    public var initial: String?
    /// From then on.
    public var final: String?

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("initial", &initial)
        try json.optional("final", &final)
    }
}
