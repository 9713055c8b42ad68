import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

/// What config.json names, as the kernel's numbers.
@Suite struct SchedulingTests {
    private func planned(_ change: @escaping (inout Spec) -> Void) throws -> ProcessPlan { try plan(spec(change), facts(rootUser)).process }

    @Test func nothingIsAskedForByDefault() throws {
        let plan = try planned { _ in }
        #expect(plan.scheduling == nil && plan.ioPriority == nil && plan.memoryPolicy == nil && plan.personality == nil)
    }

    @Test(arguments: zip(SchedulerPolicy.allCases, [0, 1, 2, 3, 4, 5, 6] as [UInt32]))
    func policies(_ policy: SchedulerPolicy, _ number: UInt32) throws {
        let plan = try planned {
            var scheduler = Scheduler()
            scheduler.policy = policy
            (scheduler.nice, scheduler.priority, scheduler.runtime, scheduler.deadline, scheduler.period) = (-3, 7, 1, 2, 3)
            scheduler.flags = SchedulerFlag.allCases
            $0.process?.scheduler = scheduler
        }
        #expect(plan.scheduling == SchedulingAttributes(
            policy: number, flags: 0x7F, nice: -3, priority: 7, runtimeNanoseconds: 1, deadlineNanoseconds: 2, periodNanoseconds: 3))
    }

    @Test(arguments: zip(IOPriorityClass.allCases, [0x2005, 0x4005, 0x6005] as [Int32]))
    func ioPriorities(_ class: IOPriorityClass, _ number: Int32) throws {
        let plan = try planned {
            var priority = IOPriority()
            (priority.class, priority.priority) = (`class`, 5)
            $0.process?.ioPriority = priority
        }
        #expect(plan.ioPriority == number)
    }

    @Test(arguments: [
        (.default, nil, [], 0, []), (.preferred, "1", [], 1, [2]), (.bind, "0-1", [.staticNodes], 2 | 1 << 15, [3]),
        (.interleave, "64", [.relativeNodes], 3 | 1 << 14, [0, 1]), (.local, nil, [], 4, []), (.preferredMany, "0,2", [], 5, [5]),
        (.weightedInterleave, "0", [], 6, [1]), (.bind, "0", [.numaBalancing], 2 | 1 << 13, [1]),
    ] as [(MemoryPolicyMode, String?, [MemoryPolicyFlag], Int32, [UInt64])])
    func memoryPolicies(_ mode: MemoryPolicyMode, _ nodes: String?, _ flags: [MemoryPolicyFlag], _ number: Int32, _ mask: [UInt64]) throws {
        let plan = try planned {
            var policy = MemoryPolicy()
            (policy.mode, policy.nodes, policy.flags) = (mode, nodes, flags)
            $0.linux.memoryPolicy = policy
        }
        #expect(plan.memoryPolicy == ProcessPlan.MemoryPolicyPlan(mode: number, nodes: mask))
    }

    /// Only a process of `exec` has it.
    @Test(arguments: [(nil, nil, nil, nil), ("0-1", nil, [3], nil), (nil, "2", nil, [4]), ("0", "0,65", [1], [1, 2])] as [(String?, String?, [UInt64]?, [UInt64]?)])
    func affinities(_ initial: String?, _ final: String?, _ initialMask: [UInt64]?, _ finalMask: [UInt64]?) throws {
        var process = try #require(spec().process)
        var affinity = CPUAffinity()
        (affinity.initial, affinity.final) = (initial, final)
        process.execCPUAffinity = affinity
        let plan = try ExecPlan(
            process, Linux(), own: [], setgroupsDenied: false, seccomp: nil, keyring: nil, preservedDescriptors: 0, facts: facts(rootUser))
        #expect(plan.initialAffinity == initialMask && plan.finalAffinity == finalMask)
    }
}
