import IDMapping
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

private let last: Int32 = 40
private let all: UInt64 = (1 << 41) - 1
private func bit(_ capability: Capability) -> UInt64 { 1 << UInt64(capability.number) }

@Suite struct CapabilityPlanTests {
    private func planned(obtainable: UInt64 = all, _ change: (inout Capabilities) -> Void) -> (plan: CapabilityPlan, warnings: [String]) {
        var capabilities = Capabilities()
        change(&capabilities)
        var warnings: [String] = []
        return (CapabilityPlan(capabilities, obtainable: obtainable, last: last, warnings: &warnings), warnings)
    }

    @Test func setsAreBits() {
        let (plan, warnings) = planned { sets in
            sets.bounding = ["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"]
            sets.permitted = ["CAP_KILL", "CAP_SYSLOG"]
            sets.effective = ["CAP_KILL"]
            sets.inheritable = ["CAP_KILL"]
            sets.ambient = ["CAP_KILL"]
        }
        #expect(plan.bounding == 1 | 1 << 40)
        #expect(plan.permitted == 1 << 5 | 1 << 34)
        #expect(plan.effective == 1 << 5 && plan.inheritable == 1 << 5 && plan.ambient == 1 << 5)
        #expect(plan.last == last && warnings.isEmpty)
    }

    @Test(arguments: [(true, true, true), (true, false, false), (false, true, false), (false, false, false)])
    func ambientIsInBoth(_ permitted: Bool, _ inheritable: Bool, _ kept: Bool) {
        let (plan, warnings) = planned { sets in
            sets.ambient = ["CAP_KILL"]
            if permitted { sets.permitted = ["CAP_KILL"] }
            if inheritable { sets.inheritable = ["CAP_KILL"] }
        }
        #expect(plan.ambient == (kept ? bit(.kill) : 0))
        #expect(warnings.isEmpty)
    }

    @Test func whatCannotBeHadIsLeftOutWithAWarning() {
        let (plan, warnings) = planned(obtainable: bit(.kill)) { sets in
            sets.bounding = ["CAP_KILL", "CAP_SYS_ADMIN", "CAP_NEW_THING"]
            sets.permitted = ["CAP_SYS_ADMIN", "CAP_CHOWN"]
        }
        #expect(plan.bounding == bit(.kill) && plan.permitted == 0)
        #expect(warnings == [
            "process.capabilities: unknown, left out: CAP_NEW_THING", "process.capabilities: not ours to give, left out: CAP_CHOWN, CAP_SYS_ADMIN",
        ])
    }

    @Test func effectiveIsPermitted() throws {
        let (plan, _) = planned { $0.effective = ["CAP_KILL"] }
        let error = #expect(throws: PlanError.self) { try plan.validate() }
        #expect(error?.message.hasPrefix("process.capabilities.effective") == true)
    }

    /// A new user namespace gives all that the kernel has; else there is only what we have.
    @Test(arguments: [(true, all), (false, bit(.kill))])
    func obtainable(_ hasUserNamespace: Bool, _ expected: UInt64) throws {
        var facts = try facts(rootUser)
        facts.permittedCapabilities = bit(.kill)
        let names = Capability.allCases.map(\.rawValue)
        let plan = try plan(spec(rootless: hasUserNamespace) { $0.process?.capabilities?.bounding = names }, facts)
        #expect(plan.process.capabilities.bounding == expected)
    }
}

@Suite struct SysctlTests {
    private static let own: Set<NamespaceKind> = [.ipc, .network, .uts, .user]

    @Test(arguments: [
        ("net.ipv4.ip_forward", "net/ipv4/ip_forward", NamespaceKind.network), ("net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding", .network),
        ("net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding", .network), ("kernel.msgmax", "kernel/msgmax", .ipc),
        ("kernel/shm_rmid_forced", "kernel/shm_rmid_forced", .ipc), ("kernel.sem", "kernel/sem", .ipc), ("fs.mqueue.msg_max", "fs/mqueue/msg_max", .ipc),
        ("kernel.domainname", "kernel/domainname", .uts), ("kernel.hostname", "kernel/hostname", .uts), ("user.max_user_namespaces", "user/max_user_namespaces", .user),
    ])
    func sets(_ key: String, _ path: String, _ kind: NamespaceKind) throws {
        #expect(try Sysctl.steps([key: "v"], own: Self.own) == [.setSysctl(key: key, path: "sys/" + path, value: "v")])
        let error = #expect(throws: PlanError.self) { try Sysctl.steps([key: "v"], own: Self.own.subtracting([kind])) }
        #expect(error?.message.contains(key) == true && error?.hint?.contains(kind.rawValue) == true)
    }

    @Test(arguments: [
        "kernel.panic", "vm.swappiness", "fs.file-max", "kernel.core_pattern", "kernel.msgmaxx", "net", "", "net..ipv4", "net.ipv4.", "net/../kernel/panic",
        "net/./x", "net/ipv4//x", "net/../\u{301}x", "/net/ipv4/ip_forward",
    ])
    func refuses(_ key: String) {
        let error = #expect(throws: PlanError.self) { try Sysctl.steps([key: "v"], own: Self.own) }
        #expect(error?.message.hasPrefix("linux.sysctl: \(key):") == true)
    }

    @Test(arguments: ["kernel.hostname", "kernel/hostname"]) func theHostnameIsSetOnce(_ key: String) {
        let error = #expect(throws: PlanError.self) { try Sysctl.steps([key: "v"], own: Self.own, fields: ["hostname"]) }
        #expect(error?.message == "linux.sysctl: \(key): contradicts hostname")
    }

    @Test func theDomainnameIsSetOnce() {
        let error = #expect(throws: PlanError.self) { try Sysctl.steps(["kernel.domainname": "v"], own: Self.own, fields: ["hostname", "domainname"]) }
        #expect(error?.message == "linux.sysctl: kernel.domainname: contradicts domainname")
    }

    @Test(arguments: [("net.ipv4.ip_forward", NamespaceKind.network), ("kernel.sem", .ipc), ("kernel.domainname", .uts)])
    func aNamespaceThatIsJoinedAndOursIsTheHosts(_ key: String, _ kind: NamespaceKind) throws {
        let error = #expect(throws: PlanError.self) { try Sysctl.steps([key: "v"], own: Self.own, ours: [kind]) }
        #expect(error?.message.hasPrefix("linux.sysctl: \(key): would change the host") == true)
        #expect(try Sysctl.steps([key: "v"], own: Self.own, ours: [.user]).count == 1)
    }

    @Test func theOrderIsThatOfTheNames() throws {
        let steps = try Sysctl.steps(["net.b": "1", "net.a": "2"], own: Self.own, fields: ["hostname"])
        #expect(steps == [.setSysctl(key: "net.a", path: "sys/net/a", value: "2"), .setSysctl(key: "net.b", path: "sys/net/b", value: "1")])
    }
}

@Suite struct ExecPlanTests {
    private func planned(
        own: Set<NamespaceKind>, setgroupsDenied: Bool = false, map lines: (UInt32, UInt32, UInt32)? = nil, _ change: (inout RuntimeSpec.Process) -> Void = { _ in }
    ) throws -> ExecPlan {
        var process = try #require(spec().process)
        change(&process)
        var facts = try facts(alice)
        if let lines {
            facts.joinedUIDMap = try map(.uid, lines)
            facts.joinedGIDMap = try map(.gid, lines)
        }
        return try ExecPlan(
            process, Linux(), own: own, setgroupsDenied: setgroupsDenied, seccomp: nil, keyring: nil, preservedDescriptors: 1, facts: facts)
    }

    @Test(arguments: [([.mount], false), ([.mount, .pid], true), ([], false)] as [(Set<NamespaceKind>, Bool)])
    func needsAnIntermediateForAPIDNamespace(_ own: Set<NamespaceKind>, _ expected: Bool) throws {
        let plan = try planned(own: own)
        #expect(plan.needsIntermediate == expected)
        #expect(plan.namespaces == own && plan.setupUser == nil && plan.process.firstClosedDescriptor == 4)
    }

    @Test(arguments: [
        (nil, SetupUser(uid: 0, gid: 0, dropsGroups: true)), ((0, 1000, 1), SetupUser(uid: 0, gid: 0, dropsGroups: true)),
        ((7, 1000, 1), SetupUser(uid: 7, gid: 7, dropsGroups: true)),
    ] as [((UInt32, UInt32, UInt32)?, SetupUser)])
    func setsUpAsRootWhereItIsMapped(_ lines: (UInt32, UInt32, UInt32)?, _ user: SetupUser) throws {
        let plan = try planned(own: [.user], map: lines) { process in
            process.user.uid = user.uid
            process.user.gid = user.gid
        }
        #expect(plan.setupUser == user)
        #expect(plan.process.groups == [])
    }

    @Test func aVariableHasOneValueTheLast() throws {
        let given = ["A=1", "HOME=/x", "AA=", "A=2=3", "HOME=/y", "é=1", "e\u{301}=2", "B", "B"]
        #expect(try planned(own: []) { $0.env = given }.process.environment == ["AA=", "A=2=3", "HOME=/y", "é=1", "e\u{301}=2", "B"])
    }

    @Test func groupsNeedSetgroups() throws {
        #expect(try planned(own: [.user], setgroupsDenied: true).process.groups == nil)
        #expect(try planned(own: [.user], setgroupsDenied: true).setupUser?.dropsGroups == false)
        let error = #expect(throws: PlanError.self) { try planned(own: [.user], setgroupsDenied: true) { $0.user.additionalGids = [7] } }
        #expect(error?.message.hasPrefix("process.user.additionalGids: gid 7") == true && error?.hint != nil)
    }

    @Test(arguments: [("uid", "process.user.uid"), ("gid", "process.user.gid"), ("additional", "process.user.gid")])
    func idsAreMapped(_ which: String, _ field: String) {
        let error = #expect(throws: PlanError.self) {
            try planned(own: [.user], map: (0, 1000, 1)) { process in
                switch which {
                case "uid": process.user.uid = 5
                case "gid": process.user.gid = 5
                default: process.user.additionalGids = [5]
                }
            }
        }
        #expect(error?.message.hasPrefix(field) == true && error?.message.hasSuffix("5") == true)
    }
}
