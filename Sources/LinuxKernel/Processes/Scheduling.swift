import CLinux

/// How the kernel runs a process. Man: sched_setattr(2).
public struct SchedulingAttributes: Sendable, Equatable {
    /// SCHED_*.
    public let policy: UInt32
    /// SCHED_FLAG_*.
    public let flags: UInt64
    public let nice: Int32
    /// Of the real-time policies.
    public let priority: UInt32
    public let runtimeNanoseconds: UInt64
    public let deadlineNanoseconds: UInt64
    public let periodNanoseconds: UInt64

    public init(
        policy: UInt32, flags: UInt64, nice: Int32, priority: UInt32, runtimeNanoseconds: UInt64, deadlineNanoseconds: UInt64,
        periodNanoseconds: UInt64
    ) {
        self.policy = policy
        self.flags = flags
        self.nice = nice
        self.priority = priority
        self.runtimeNanoseconds = runtimeNanoseconds
        self.deadlineNanoseconds = deadlineNanoseconds
        self.periodNanoseconds = periodNanoseconds
    }
}

extension SchedulingAttributes {
    /// Errors: EPERM for what takes CAP_SYS_NICE in the initial user namespace, EBUSY where SCHED_DEADLINE has no room left.
    ///
    /// - Parameter pid: in our PID namespace.
    public func set(pid: Int32) throws(KernelError) {
        var raw = cl_scheduling(
            policy: policy, nice: nice, flags: flags, priority: priority, runtime: runtimeNanoseconds, deadline: deadlineNanoseconds,
            period: periodNanoseconds)
        try check(.sched_setattr, cl_sched_setattr(pid, &raw))
    }
}

extension OtherProcess {
    /// - Parameter priority: the class in the bits from 13 on, the level below. Man: ioprio_set(2).
    public static func setIOPriority(pid: Int32, _ priority: Int32) throws(KernelError) {
        try check(.ioprio_set, cl_ioprio_set_process(pid, priority))
    }
}

extension CurrentProcess {
    /// - Parameter mask: bit n is CPU n. Man: sched_setaffinity(2). Errors: EINVAL where none of them may be used.
    public static func setAffinity(_ mask: [UInt64]) throws(KernelError) {
        try check(.sched_setaffinity, cl_sched_setaffinity(0, mask, mask.count))
    }

    /// Every CPU that the cpuset allows, now and later: more bits than the kernel has CPUs (8192 at most) do not matter to it.
    public static func resetAffinity() throws(KernelError) { try setAffinity([UInt64](repeating: .max, count: 8192 / 64)) }

    /// - Parameters:
    ///   - mode: MPOL_*, with its flags.
    ///   - nodes: bit n is node n. Man: set_mempolicy(2).
    public static func setMemoryPolicy(_ mode: Int32, nodes: [UInt64]) throws(KernelError) {
        try check(.set_mempolicy, cl_set_mempolicy(mode, nodes, nodes.count))
    }
}
