import Testing

@testable import RuntimeSpec

@Suite struct SpecValidationTests {
    typealias Change = @Sendable (inout Spec) -> Void

    @Test func minimalAndDefaultAreValid() throws {
        try minimalSpec().validate()
        try Spec.defaultSpec().validate()
        var rootless = Spec.defaultSpec()
        rootless.makeRootless(hostUID: 1000, hostGID: 1000)
        try rootless.validate()
    }

    @Test(arguments: ["1.0.0", "1.0.0-rc5", "1.0.2-dev", "1.1.0+build.1", "1.2.1-rc.1+x-y", "1.3.0", "1.9.12"])
    func versionIsAccepted(version: String) throws {
        var spec = try minimalSpec()
        spec.ociVersion = version
        try spec.validate()
    }

    @Test(arguments: [
        ("", "ociVersion: is empty"),
        ("1", #"ociVersion: "1" is no semantic version, such as 1.3.0"#),
        ("1.0", #"ociVersion: "1.0" is no semantic version, such as 1.3.0"#),
        ("1.0.0.0", #"ociVersion: "1.0.0.0" is no semantic version, such as 1.3.0"#),
        ("1..0", #"ociVersion: "1..0" is no semantic version, such as 1.3.0"#),
        ("v1.0.0", #"ociVersion: "v1.0.0" is no semantic version, such as 1.3.0"#),
        ("1.0.0-", #"ociVersion: "1.0.0-" is no semantic version, such as 1.3.0"#),
        ("1.0.0+", #"ociVersion: "1.0.0+" is no semantic version, such as 1.3.0"#),
        ("1.0.-1", #"ociVersion: "1.0.-1" is no semantic version, such as 1.3.0"#),
        ("1.0.+1", #"ociVersion: "1.0.+1" is no semantic version, such as 1.3.0"#),
        ("1.0.99999999999999999999", #"ociVersion: "1.0.99999999999999999999" is no semantic version, such as 1.3.0"#),
        ("0.9.0", "ociVersion: 0.9.0 is not supported: the major version must be 1"),
        ("2.0.0", "ociVersion: 2.0.0 is not supported: the major version must be 1"),
    ])
    func versionIsRefused(version: String, expected: String) throws {
        try expectError(expected) { $0.ociVersion = version }
    }

    private static let commonRules: [(String, Change)] = [
        ("process: is missing", { $0.process = nil }),
        ("annotations: has an empty key", { $0.annotations = ["": "x"] }),
        ("root: is missing", { $0.root = nil }),
        ("root.path: is empty", { $0.root = Root() }),
        ("mounts[1].destination: is empty", { $0.mounts = [Mount(destination: "/a", type: nil, source: nil), Mount()] }),
        (
            "mounts[0].uidMappings: must be given together with gidMappings",
            {
                $0.mounts = [Mount(destination: "/a", type: nil, source: nil)]
                $0.mounts[0].uidMappings = [LinuxIDMapping(containerID: 0, hostID: 0, size: 1)]
            }
        ),
        (
            "mounts[0].gidMappings[0].size: must be above 0",
            {
                $0.mounts = [Mount(destination: "/a", type: nil, source: nil)]
                $0.mounts[0].uidMappings = [LinuxIDMapping(containerID: 0, hostID: 0, size: 1)]
                $0.mounts[0].gidMappings = [LinuxIDMapping()]
            }
        ),
        ("hostname: needs a uts namespace in linux.namespaces", { $0.hostname = "a" }),
        ("domainname: needs a uts namespace in linux.namespaces", { $0.domainname = "a" }),
        (#"hooks.createRuntime[0].path: must be an absolute path, is "a""#, { $0.hooks.createRuntime = [hook("a")] }),
        (#"hooks.poststop[1].path: must be an absolute path, is """#, { $0.hooks.poststop = [hook("/a"), hook("")] }),
        ("hooks.prestart[0].timeout: must be above 0, is 0", { $0.hooks.prestart = [hook("/a", timeout: 0)] }),
        ("hooks.poststart[0].timeout: must be above 0, is -1", { $0.hooks.poststart = [hook("/a", timeout: -1)] }),
    ]

    @Test(arguments: commonRules)
    func ruleOfTheCommonPart(expected: String, change: Change) throws { try expectError(expected, change) }

    private static let processRules: [(String, Change)] = [
        ("process.args: is missing or empty", { $0.process?.args = [] }),
        (#"process.cwd: must be an absolute path, is """#, { $0.process?.cwd = "" }),
        (#"process.cwd: must be an absolute path, is "home""#, { $0.process?.cwd = "home" }),
        (#"process.env[1]: must be NAME=VALUE, is "B""#, { $0.process?.env = ["A=", "B"] }),
        (#"process.env[0]: must be NAME=VALUE, is "=a""#, { $0.process?.env = ["=a"] }),
        ("process.rlimits[0].soft: 2 is above the hard limit, 1", { $0.process?.rlimits = [rlimit(.core, 2, 1)] }),
        (
            "process.rlimits[1].type: RLIMIT_CPU is given twice",
            { $0.process?.rlimits = [rlimit(.cpu, 1, 1), rlimit(.cpu, 1, 1)] }
        ),
        ("process.user.umask: must be a number from 0 to 511 (0777), is 512", { $0.process?.user.umask = 0o1000 }),
        ("process.user.umask: must be a number from 0 to 511 (0777), is 4294967295", { $0.process?.user.umask = .max }),
        ("process.oomScoreAdj: must be a number from -1000 to 1000", { $0.process?.oomScoreAdj = 1001 }),
        ("process.oomScoreAdj: must be a number from -1000 to 1000", { $0.process?.oomScoreAdj = -1001 }),
        ("process.scheduler.nice: must be a number from -20 to 19", { $0.process?.scheduler = scheduler { $0.nice = 20 } }),
        (
            "process.scheduler.priority: is only for SCHED_FIFO and SCHED_RR",
            { $0.process?.scheduler = scheduler { $0.priority = 1 } }
        ),
        ("process.scheduler.runtime: is only for SCHED_DEADLINE", { $0.process?.scheduler = scheduler { $0.runtime = 1 } }),
        ("process.scheduler.deadline: is only for SCHED_DEADLINE", { $0.process?.scheduler = scheduler { $0.deadline = 1 } }),
        ("process.scheduler.period: is only for SCHED_DEADLINE", { $0.process?.scheduler = scheduler { $0.period = 1 } }),
        ("process.execCPUAffinity.initial: must be a list of numbers such as 0-3,7, is \"x\"", { $0.process?.execCPUAffinity = affinity("x", nil) }),
        ("process.execCPUAffinity.final: must be a list of numbers such as 0-3,7, is \"1-\"", { $0.process?.execCPUAffinity = affinity("0", "1-") }),
        ("linux.memoryPolicy.nodes: must be a list of numbers such as 0-3,7, is \"n\"", { $0.linux.memoryPolicy = memoryPolicy(.bind, "n") }),
        ("linux.memoryPolicy.nodes: must be empty with MPOL_LOCAL", { $0.linux.memoryPolicy = memoryPolicy(.local, "0") }),
        ("linux.memoryPolicy.nodes: is needed with MPOL_BIND", { $0.linux.memoryPolicy = memoryPolicy(.bind, nil) }),
        (
            "linux.memoryPolicy.flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other",
            { $0.linux.memoryPolicy = memoryPolicy(.bind, "0", [.staticNodes, .relativeNodes]) }
        ),
        (
            "process.ioPriority.priority: must be a number from 0 to 7",
            {
                var priority = IOPriority()
                priority.priority = 8
                $0.process?.ioPriority = priority
            }
        ),
    ]

    @Test(arguments: processRules)
    func ruleOfTheProcess(expected: String, change: Change) throws { try expectError(expected, change) }

    private static let linuxRules: [(String, Change)] = [
        ("linux.namespaces[1].type: pid is given twice", { $0.linux.namespaces = [Namespace(.pid), Namespace(.pid, path: "/a")] }),
        (
            #"linux.namespaces[0].path: must be an absolute path, is "ns""#,
            { $0.linux.namespaces = [Namespace(.network, path: "ns")] }
        ),
        ("linux.uidMappings: need a user namespace in linux.namespaces", { $0.linux.uidMappings = [LinuxIDMapping(containerID: 0, hostID: 0, size: 1)] }),
        ("linux.gidMappings: need a user namespace in linux.namespaces", { $0.linux.gidMappings = [LinuxIDMapping(containerID: 0, hostID: 0, size: 1)] }),
        (
            "linux.uidMappings[0].size: must be above 0",
            {
                $0.linux.namespaces = [Namespace(.user)]
                $0.linux.uidMappings = [LinuxIDMapping()]
            }
        ),
        ("linux.timeOffsets: need a time namespace in linux.namespaces", { $0.linux.timeOffsets = ["boottime": TimeOffset()] }),
        (
            #"linux.timeOffsets["realtime"]: must be monotonic or boottime"#,
            {
                $0.linux.namespaces = [Namespace(.time)]
                $0.linux.timeOffsets = ["realtime": TimeOffset()]
            }
        ),
        (
            #"linux.timeOffsets["boottime"].nanosecs: must be a number from 0 to 999999999"#,
            {
                $0.linux.namespaces = [Namespace(.time)]
                $0.linux.timeOffsets = ["boottime": TimeOffset()]
                $0.linux.timeOffsets["boottime"]?.nanosecs = 1_000_000_000
            }
        ),
        ("linux.sysctl: has an empty key", { $0.linux.sysctl = ["": "1"] }),
        (#"linux.maskedPaths[1]: must be an absolute path, is "a""#, { $0.linux.maskedPaths = ["/a", "a"] }),
        (#"linux.readonlyPaths[0]: must be an absolute path, is "../a""#, { $0.linux.readonlyPaths = ["../a"] }),
        ("linux.devices[0].path: is empty", { $0.linux.devices = [Device()] }),
        ("linux.devices[0].major: must be a number from 0 to 4095, is -1", { $0.linux.devices = [device(-1, 0)] }),
        ("linux.devices[1].major: must be a number from 0 to 4095, is 4096", { $0.linux.devices = [device(4095, 1_048_575), device(4096, 0)] }),
        ("linux.devices[0].minor: must be a number from 0 to 1048575, is 1048576", { $0.linux.devices = [device(1, 1_048_576)] }),
        (#"linux.netDevices["e"].name: can have % only once, as %d, is "a%d%d""#, { $0.linux.netDevices = ["e": renamed("a%d%d")] }),
        (#"linux.netDevices["e"].name: can have % only once, as %d, is "a%""#, { $0.linux.netDevices = ["e": renamed("a%")] }),
        (#"linux.netDevices["e"].name: can have % only once, as %d, is "%sd""#, { $0.linux.netDevices = ["e": renamed("%sd")] }),
        (
            "linux.personality.flags: must be empty: the specification defines none",
            {
                var personality = Personality()
                personality.flags = ["a"]
                $0.linux.personality = personality
            }
        ),
        ("linux.seccomp.syscalls[0].names: is empty", { $0.linux.seccomp = seccomp { _ in } }),
        (
            "linux.seccomp.syscalls[0].args[0].index: must be a number from 0 to 5",
            {
                $0.linux.seccomp = seccomp {
                    $0.names = ["read"]
                    $0.args = [SeccompArg()]
                    $0.args[0].index = 6
                }
            }
        ),
    ]

    @Test(arguments: linuxRules)
    func ruleOfTheLinuxPart(expected: String, change: Change) throws { try expectError(expected, change) }

    @Test func whatIsAcceptedWithAWarning() throws {
        var spec = try minimalSpec()
        #expect(spec.warnings.isEmpty)
        spec.ociVersion = "1.4.0"
        spec.mounts = [Mount(destination: "/a", type: nil, source: nil), Mount(destination: "b", type: nil, source: nil)]
        try spec.validate()
        #expect(spec.warnings == [
            "ociVersion: 1.4.0 is newer than 1.3.0: fields it added are ignored",
            #"mounts[1].destination: "b" is taken from /"#,
        ])
    }

    @Test func joinedNamespacesCount() throws {
        var spec = try minimalSpec()
        spec.hostname = "a"
        spec.linux.namespaces = [Namespace(.uts, path: "/proc/1/ns/uts")]
        try spec.validate()
    }

    private func expectError(_ expected: String, _ change: Change) throws {
        var spec = try minimalSpec()
        change(&spec)
        let error = #expect(throws: SpecError.self) { try spec.validate() }
        #expect(error?.description == expected)
    }
}

private func hook(_ path: String, timeout: Int32? = nil) -> Hook {
    var hook = Hook()
    hook.path = path
    hook.timeout = timeout
    return hook
}

private func rlimit(_ type: RlimitType, _ soft: UInt64, _ hard: UInt64) -> Rlimit {
    var rlimit = Rlimit()
    rlimit.type = type
    rlimit.soft = soft
    rlimit.hard = hard
    return rlimit
}

private func affinity(_ initial: String?, _ final: String?) -> CPUAffinity {
    var affinity = CPUAffinity()
    (affinity.initial, affinity.final) = (initial, final)
    return affinity
}

private func memoryPolicy(_ mode: MemoryPolicyMode, _ nodes: String?, _ flags: [MemoryPolicyFlag] = []) -> MemoryPolicy {
    var policy = MemoryPolicy()
    (policy.mode, policy.nodes, policy.flags) = (mode, nodes, flags)
    return policy
}

private func scheduler(_ change: (inout Scheduler) -> Void) -> Scheduler {
    var scheduler = Scheduler()
    change(&scheduler)
    return scheduler
}

private func seccomp(_ change: (inout Syscall) -> Void) -> Seccomp {
    var syscall = Syscall()
    change(&syscall)
    var seccomp = Seccomp()
    seccomp.syscalls = [syscall]
    return seccomp
}

private func device(_ major: Int64, _ minor: Int64) -> Device {
    var device = Device()
    (device.path, device.major, device.minor) = ("/dev/a", major, minor)
    return device
}

private func renamed(_ name: String) -> NetDevice {
    var device = NetDevice()
    device.name = name
    return device
}
