import LinuxKernel
import RuntimeSpec

/// The process that runs in the container: init's, or one of `exec`. All decided, names resolved to numbers.
public struct ProcessPlan: Sendable, Equatable {
    public var arguments: [String]
    /// `NAME=VALUE`, each name once.
    public var environment: [String]
    /// In the container.
    public var cwd: String
    public var uid: UInt32
    public var gid: UInt32
    /// nil leaves the groups as they are: setgroups(2) is denied.
    public var groups: [UInt32]?
    public var umask: UInt32
    public var capabilities: CapabilityPlan
    public var noNewPrivileges: Bool
    public var seccomp: SeccompPlan?
    public var terminal: Bool
    public var terminalSize: WindowSize?
    /// Written to /proc/self/attr before the execve.
    public var securityLabels: [SecurityLabel]
    /// Descriptors below are inherited, all others closed.
    public var firstClosedDescriptor: Int32
    public var rlimits: [RlimitPlan]
    public var oomScoreAdjustment: Int32?
    public var scheduling: SchedulingAttributes?
    /// As ioprio_set(2) takes it.
    public var ioPriority: Int32?
    public var memoryPolicy: MemoryPolicyPlan?
    /// As personality(2) takes it.
    public var personality: UInt?

    public struct RlimitPlan: Sendable, Equatable {
        public let name: String
        /// The kernel's number of the limit.
        public let resource: Int32
        public let soft: UInt64
        public let hard: UInt64
    }

    public struct SeccompPlan: Sendable, Equatable {
        /// Whole `struct sock_filter` records.
        public let instructions: [UInt8]
        public let flags: UInt32
        /// Installing it gives a descriptor, which goes to the runtime, and from there to the agent.
        public let hasListener: Bool

        public init(instructions: [UInt8], flags: UInt32, hasListener: Bool = false) {
            self.instructions = instructions
            self.flags = flags
            self.hasListener = hasListener
        }
    }

    public struct SecurityLabel: Sendable, Equatable {
        /// Below /proc/self/attr.
        public let attribute: String
        public let text: String
    }

    /// - Parameters:
    ///   - process: already validated.
    ///   - linux: the container's, of which a part is the process's.
    ///   - groups: what setgroups(2) gets; nil where it is denied.
    ///   - preservedDescriptors: how many from 3 on are passed on.
    init(
        _ process: RuntimeSpec.Process, _ linux: Linux, groups: [UInt32]?, capabilities: CapabilityPlan, seccomp: SeccompPlan?,
        preservedDescriptors: Int32, facts: HostFacts
    ) throws(PlanError) {
        arguments = process.args
        environment = Self.lastValues(process.env)
        cwd = process.cwd
        uid = process.user.uid
        gid = process.user.gid
        self.groups = groups
        umask = process.user.umask ?? 0o022
        self.capabilities = capabilities
        noNewPrivileges = process.noNewPrivileges
        self.seccomp = seccomp
        terminal = process.terminal
        terminalSize = process.consoleSize.map { WindowSize(rows: $0.height, columns: $0.width) }
        securityLabels = try Self.securityLabels(process, facts: facts)
        firstClosedDescriptor = 3 + preservedDescriptors
        rlimits = process.rlimits.map { RlimitPlan(name: $0.type.rawValue, resource: $0.type.resource, soft: $0.soft, hard: $0.hard) }
        oomScoreAdjustment = process.oomScoreAdj
        scheduling = process.scheduler?.attributes
        ioPriority = process.ioPriority?.number
        memoryPolicy = linux.memoryPolicy?.plan
        personality = linux.personality?.domain.number
    }

    /// Whether the limit of descriptors lets a created container wait: with the fifo and a procfs, and a directory and the fifo again to
    /// open it.
    public func requireRoomToWait() throws(PlanError) {
        let needed = UInt64(firstClosedDescriptor) + 4
        guard let limit = rlimits.first(where: { $0.resource == RlimitType.noFile.resource }), limit.soft < needed else { return }
        throw PlanError("process.rlimits: \(limit.name) \(limit.soft): a created container needs \(needed) to wait for its start", hint: "runc run needs fewer")
    }

    /// Of a name that is given twice the last value: getenv would find the first.
    static func lastValues(_ environment: [String]) -> [String] {
        var names: Set<[UInt8]> = []
        return environment.reversed().filter { names.insert(Array($0.utf8.prefix { $0 != UInt8(ascii: "=") })).inserted }.reversed()
    }

    private static func securityLabels(_ process: RuntimeSpec.Process, facts: HostFacts) throws(PlanError) -> [SecurityLabel] {
        var labels: [SecurityLabel] = []
        if let profile = process.apparmorProfile, !profile.isEmpty {
            guard facts.hasAppArmor else {
                throw PlanError("process.apparmorProfile: \(profile): AppArmor is not enabled in this kernel", hint: "remove the field")
            }
            labels.append(SecurityLabel(attribute: "apparmor/exec", text: "exec \(profile)"))
        }
        if let label = process.selinuxLabel, !label.isEmpty {
            guard facts.hasSELinux else {
                throw PlanError("process.selinuxLabel: \(label): SELinux is not enabled in this kernel", hint: "remove the field")
            }
            labels.append(SecurityLabel(attribute: "exec", text: label))
        }
        return labels
    }
}

extension RlimitType {
    /// The kernel's number (asm-generic/resource.h).
    var resource: Int32 {
        switch self {
        case .cpu: 0
        case .fileSize: 1
        case .data: 2
        case .stack: 3
        case .core: 4
        case .residentSet: 5
        case .processes: 6
        case .noFile: 7
        case .lockedMemory: 8
        case .addressSpace: 9
        case .locks: 10
        case .pendingSignals: 11
        case .messageQueues: 12
        case .nice: 13
        case .realtimePriority: 14
        case .realtimeTime: 15
        }
    }
}
