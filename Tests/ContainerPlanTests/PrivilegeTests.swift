import Testing

@testable import ContainerPlan

/// The tables of "The rootless rules".
@Suite struct PrivilegeTests {
    @Test(arguments: [
        // who, --rootless, owner of systemd's manager → RootlessEUID, RootlessCgroups
        (rootUser, nil, nil, false, false),
        (rootUser, nil, 0, false, false),
        (rootUser, nil, 1000, false, false),
        (rootUser, true, nil, false, true),
        (rootUser, false, nil, false, false),
        (namespaceRoot, nil, nil, false, true),
        (namespaceRoot, nil, 0, false, false),
        (namespaceRoot, nil, 1000, false, true),
        (namespaceRoot, true, 0, false, true),
        (namespaceRoot, false, nil, false, false),
        (namespaceRoot, false, 1000, false, false),
        (alice, nil, nil, true, true),
        (alice, nil, 0, true, true),
        (alice, nil, 1000, true, true),
        (alice, true, nil, true, true),
        (alice, false, nil, true, false),
        (namespaceUser, nil, nil, true, true),
        (namespaceUser, nil, 0, true, true),
        (namespaceUser, false, nil, true, false),
    ] as [(Identity, Bool?, UInt32?, Bool, Bool)])
    func privilege(_ identity: Identity, _ explicit: Bool?, _ managerOwner: UInt32?, _ rootlessEUID: Bool, _ rootlessCgroups: Bool) {
        let privilege = Privilege(of: identity, explicit: explicit, systemdManagerOwner: managerOwner)
        #expect(privilege == Privilege(rootlessEUID: rootlessEUID, rootlessCgroups: rootlessCgroups))
        #expect(privilege.isRootless == (rootlessEUID && rootlessCgroups))
    }
}

@Suite struct StateDirectoryTests {
    @Test(arguments: [
        // who, --root, XDG_RUNTIME_DIR, USER
        (rootUser, nil, nil, nil, StateDirectory.plain("/run/runc")),
        (rootUser, nil, "/run/user/1000", "alice", .plain("/run/runc")),
        (rootUser, "/r", "/run/user/1000", "alice", .plain("/r")),
        (namespaceRoot, nil, nil, "alice", .plain("/run/runc")),
        (namespaceRoot, nil, "", "alice", .plain("/run/runc")),
        (namespaceRoot, nil, "/x", "root", .plain("/run/runc")),
        (namespaceRoot, nil, "/x", nil, .plain("/run/runc")),
        (namespaceRoot, nil, "/x", "", .plain("/run/runc")),
        (namespaceRoot, nil, "/x", "alice", .inRuntimeDirectory("/x/runc", runtimeDirectory: "/x")),
        (namespaceRoot, "/r", "/x", "alice", .plain("/r")),
        (alice, nil, "/x", "alice", .inRuntimeDirectory("/x/runc", runtimeDirectory: "/x")),
        (alice, nil, "/x", "root", .inRuntimeDirectory("/x/runc", runtimeDirectory: "/x")),
        (alice, nil, "/x", nil, .inRuntimeDirectory("/x/runc", runtimeDirectory: "/x")),
        (alice, "/r", nil, nil, .plain("/r")),
        (namespaceUser, nil, "/x", nil, .inRuntimeDirectory("/x/runc", runtimeDirectory: "/x")),
    ] as [(Identity, String?, String?, String?, StateDirectory)])
    func chooses(_ identity: Identity, _ root: String?, _ runtimeDirectory: String?, _ user: String?, _ expected: StateDirectory) throws {
        #expect(try StateDirectory.choose(root: root, identity: identity, runtimeDirectory: runtimeDirectory, user: user) == expected)
    }

    @Test(arguments: [alice, namespaceUser], [nil, ""])
    func withoutRootAndRuntimeDirectoryThereIsNone(_ identity: Identity, _ runtimeDirectory: String?) throws {
        let error = #expect(throws: PlanError.self) {
            try StateDirectory.choose(root: nil, identity: identity, runtimeDirectory: runtimeDirectory, user: "alice")
        }
        #expect(error?.message.contains("XDG_RUNTIME_DIR is not set") == true)
        #expect(error?.hint?.contains("/run/user/1000") == true && error?.hint?.contains("--root") == true)
    }

    @Test func pathIsThatOfEither() {
        #expect(StateDirectory.plain("/r").path == "/r")
        #expect(StateDirectory.inRuntimeDirectory("/x/runc", runtimeDirectory: "/x").path == "/x/runc")
    }

    @Test(arguments: [
        (RuntimeDirectoryFacts(kind: .missing), "does not exist"), (RuntimeDirectoryFacts(kind: .notDirectory), "is not a directory"),
        (RuntimeDirectoryFacts(kind: .directory, ownerUID: 0, isWritable: true), "is owned by uid 0, not by uid 1000"),
        (RuntimeDirectoryFacts(kind: .directory, ownerUID: 1000, isWritable: false), "is not writable"),
    ])
    func refusesARuntimeDirectory(_ found: RuntimeDirectoryFacts, _ text: String) throws {
        let error = #expect(throws: PlanError.self) { try found.require(path: "/x", identity: alice) }
        #expect(error?.message == "XDG_RUNTIME_DIR /x " + text)
        #expect(error?.hint != nil)
    }

    @Test func takesAGoodRuntimeDirectory() throws {
        try RuntimeDirectoryFacts(kind: .directory, ownerUID: 1000, isWritable: true).require(path: "/x", identity: alice)
    }
}

@Suite struct CommandPolicyTests {
    private static let always = ["create", "delete", "exec", "kill", "list", "run", "spec", "start", "state", "features"]
    private static let withCgroup = ["events", "pause", "ps", "resume", "update"]
    private static let withCRIU = ["checkpoint", "restore"]
    private static let rootless = Privilege(rootlessEUID: true, rootlessCgroups: true)

    @Test func everyCommandHasItsNeed() {
        #expect(Set(CommandPolicy.needs.keys) == Set(Self.always + Self.withCgroup + Self.withCRIU))
    }

    @Test(arguments: always) func isAlwaysPermitted(_ command: String) throws {
        try CommandPolicy.require(command, privilege: Self.rootless, hasWritableCgroup: false)
    }

    @Test(arguments: withCgroup) func needsAWritableCgroup(_ command: String) throws {
        try CommandPolicy.require(command, privilege: Self.rootless, hasWritableCgroup: true)
        let error = #expect(throws: PlanError.self) { try CommandPolicy.require(command, privilege: Self.rootless, hasWritableCgroup: false, criuRefusal: nil) }
        #expect(error?.message.hasPrefix(command + ":") == true && error?.message.contains("cgroup") == true)
        #expect(error?.hint?.contains("Delegate") == true)
    }

    @Test(arguments: withCRIU) func needsCRIUWithoutPrivileges(_ command: String) throws {
        try CommandPolicy.require(command, privilege: Self.rootless, hasWritableCgroup: false, criuRefusal: nil)
        let error = #expect(throws: PlanError.self) { try CommandPolicy.require(command, privilege: Self.rootless, hasWritableCgroup: true) }
        #expect(error?.message.hasPrefix(command + ":") == true && error?.message.contains("CRIU") == true)
        #expect(error?.hint != nil)
    }

    @Test(arguments: always + withCgroup + withCRIU, [false, true])
    func rootOfAUserNamespaceMayTryAll(_ command: String, _ rootlessCgroups: Bool) throws {
        try CommandPolicy.require(command, privilege: Privilege(rootlessEUID: false, rootlessCgroups: rootlessCgroups), hasWritableCgroup: false)
    }

    @Test func theEffectiveUserDecidesAndNotTheFlag() {
        #expect(throws: PlanError.self) {
            try CommandPolicy.require("pause", privilege: Privilege(rootlessEUID: true, rootlessCgroups: false), hasWritableCgroup: false)
        }
    }

    @Test func anUnknownCommandIsRefused() {
        #expect(throws: PlanError.self) { try CommandPolicy.require("nonsense", privilege: Self.rootless, hasWritableCgroup: true) }
    }
}
