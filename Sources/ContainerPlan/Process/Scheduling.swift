import LinuxKernel
import RuntimeSpec

// What config.json says of scheduling, as the kernel's numbers.

extension Scheduler {
    var attributes: SchedulingAttributes {
        SchedulingAttributes(
            policy: policy.number, flags: flags.reduce(0) { $0 | $1.bit }, nice: nice, priority: UInt32(bitPattern: priority),
            runtimeNanoseconds: runtime, deadlineNanoseconds: deadline, periodNanoseconds: period)
    }
}

extension SchedulerPolicy {
    /// Source: linux/sched.h
    var number: UInt32 {
        switch self {
        case .other: 0
        case .fifo: 1
        case .roundRobin: 2
        case .batch: 3
        case .iso: 4
        case .idle: 5
        case .deadline: 6
        }
    }
}

extension SchedulerFlag {
    /// Source: linux/sched.h
    var bit: UInt64 {
        switch self {
        case .resetOnFork: 0x01
        case .reclaim: 0x02
        case .deadlineOverrun: 0x04
        case .keepPolicy: 0x08
        case .keepParameters: 0x10
        case .utilizationClampMinimum: 0x20
        case .utilizationClampMaximum: 0x40
        }
    }
}

extension IOPriority {
    /// The class in the bits from 13 on. Man: ioprio_set(2)
    var number: Int32 { `class`.number << 13 | priority }
}

extension IOPriorityClass {
    /// Source: linux/ioprio.h
    var number: Int32 {
        switch self {
        case .realtime: 1
        case .bestEffort: 2
        case .idle: 3
        }
    }
}

extension ProcessPlan {
    /// Man: set_mempolicy(2)
    public struct MemoryPolicyPlan: Sendable, Equatable {
        /// MPOL_*, with the flags.
        public let mode: Int32
        /// Bit n is node n.
        public let nodes: [UInt64]
    }
}

extension MemoryPolicy {
    var plan: ProcessPlan.MemoryPolicyPlan {
        ProcessPlan.MemoryPolicyPlan(mode: flags.reduce(mode.number) { $0 | $1.bit }, nodes: nodes.flatMap(NumberList.init)?.mask ?? [])
    }
}

extension MemoryPolicyMode {
    /// Source: linux/mempolicy.h
    var number: Int32 {
        switch self {
        case .default: 0
        case .preferred: 1
        case .bind: 2
        case .interleave: 3
        case .local: 4
        case .preferredMany: 5
        case .weightedInterleave: 6
        }
    }
}

extension MemoryPolicyFlag {
    /// Source: linux/mempolicy.h
    var bit: Int32 {
        switch self {
        case .numaBalancing: 1 << 13
        case .relativeNodes: 1 << 14
        case .staticNodes: 1 << 15
        }
    }
}

extension PersonalityDomain {
    /// Source: linux/personality.h
    var number: UInt {
        switch self {
        case .linux: 0
        case .linux32: 8
        }
    }
}
