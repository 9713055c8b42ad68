import IDMapping
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

/// What init does, in its order; mounts and devices by where they are.
private func outline(_ plan: InitPlan) -> [String] {
    plan.steps.map { step in
        switch step {
        case .mount(let mount): "mount \(mount.destination)"
        case .makeDevice(let device): "device \(device.path)"
        case .makeLink(let path, _): "link \(path)"
        case .makeReadOnly(let path): "readonly \(path)"
        case .mask(let path): "mask \(path)"
        default: step.name
        }
    }
}

private let devices = ["null", "zero", "full", "random", "urandom", "tty"].map { "device /dev/" + $0 }
    + ["fd", "stdin", "stdout", "stderr", "ptmx"].map { "link /dev/" + $0 }
private let defaultMounts = ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"].map { "mount " + $0 }

@Suite struct InitPlanTests {
    private func refusal(_ spec: Spec, _ identity: Identity = rootUser, _ change: (inout HostFacts) -> Void = { _ in }) throws -> PlanError? {
        var facts = try facts(identity)
        change(&facts)
        return #expect(throws: PlanError.self) { try plan(spec, facts) }
    }

    @Test func theDefaultContainerOfRoot() throws {
        let plan = try plan(spec(), facts(rootUser))
        #expect(plan.namespaces.route == .direct)
        #expect(plan.uidMapWriting == nil && plan.gidMapWriting == nil)
        #expect(plan.sources == [MountSource(path: "/bundle/rootfs", recursive: true)])
        #expect(plan.rootSource == 0)
        #expect(outline(plan) == [
            "setting the mount propagation of /", "opening the sources of mounts", "joining a new session keyring", "bringing up the loopback interface",
            "setting hostname runc", "mounting root.path /bundle/rootfs",
        ] + defaultMounts + devices + ["closing the sources of mounts", "making process.cwd /", "changing the root with pivot_root"]
            + ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"].map { "readonly " + $0 }
            + ["acpi", "asound", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug"].map { "mask /proc/" + $0 }
            + ["mask /sys/firmware", "mask /proc/scsi", "making the root read-only"])
        #expect(plan.steps.contains(.setPropagationOfAll(.slave)))
        #expect(plan.process.groups == [])
        #expect(plan.process.umask == 0o022)
        #expect(plan.process.firstClosedDescriptor == 3)
        #expect(plan.process.rlimits == [.init(name: "RLIMIT_NOFILE", resource: 7, soft: 1024, hard: 1024)])
        #expect(plan.warnings == [])
    }

    @Test func theDefaultContainerOfAUser() throws {
        let plan = try plan(spec(rootless: true), facts(alice))
        #expect(plan.namespaces.userNamespace == .new && plan.namespaces.route == .direct)
        #expect(plan.uidMapWriting != nil && plan.gidMapWriting != nil)
        #expect(plan.sourceOpener == .initProcess)
        #expect(Array(outline(plan).prefix(4)) == [
            "setting the mount propagation of /", "opening the sources of mounts", "becoming uid 0 and gid 0 of the user namespace", "joining a new session keyring",
        ])
        // With one id setgroups is denied: the groups stay.
        #expect(plan.process.groups == nil)
        #expect(plan.steps.contains(.becomeSetupUser(SetupUser(uid: 0, gid: 0, dropsGroups: false))))
        #expect(!plan.steps.contains(.bringUpLoopback))
        #expect(plan.warnings.isEmpty)
    }

    @Test func rangesAllowGroups() throws {
        let plan = try plan(
            spec(rootless: true) { spec in
                spec.linux.uidMappings = [mapping(0, 1000, 1), mapping(1, 100_000, 65_536)]
                spec.linux.gidMappings = spec.linux.uidMappings
                spec.process?.user.uid = 7
                spec.process?.user.additionalGids = [8, 9]
            }, facts(alice))
        #expect(plan.process.groups == [8, 9])
        #expect(plan.process.uid == 7)
        #expect(plan.steps.contains(.becomeSetupUser(SetupUser(uid: 0, gid: 0, dropsGroups: true))))
    }

    @Test func whoIsNotRootInsideSetsUpAsItself() throws {
        let plan = try plan(
            spec(rootless: true) { spec in
                spec.linux.uidMappings = [mapping(1000, 1000, 1)]
                spec.linux.gidMappings = [mapping(1000, 1000, 1)]
                spec.process?.user.uid = 1000
                spec.process?.user.gid = 1000
            }, facts(alice))
        #expect(plan.steps.contains(.becomeSetupUser(SetupUser(uid: 1000, gid: 1000, dropsGroups: false))))
    }

    @Test func withoutPrivilegesAUserNamespaceIsNeeded() throws {
        let error = try refusal(spec(), alice)
        #expect(error?.message.contains("user namespace is needed") == true && error?.hint?.contains("--rootless") == true)
    }

    @Test(arguments: [("uid", "process.user.uid"), ("gid", "process.user.gid"), ("additional", "process.user.additionalGids")])
    func idsAreMapped(_ which: String, _ field: String) throws {
        let error = try refusal(spec(rootless: true) { spec in
            switch which {
            case "uid": spec.process?.user.uid = 5
            case "gid": spec.process?.user.gid = 5
            default: spec.process?.user.additionalGids = [5]
            }
        }, alice)
        #expect(error?.message.contains(field) == true && error?.message.contains("5") == true)
    }

    @Test func aMappedAdditionalGroupNeedsSetgroups() throws {
        let error = try refusal(spec(rootless: true) { $0.process?.user.additionalGids = [0] }, alice)
        #expect(error?.message.contains("0") == true && error?.hint != nil)
    }

    /// Who opens the sources: the runtime, where init would lack its privileges.
    @Test(arguments: [(rootUser, false, true, SourceOpener.initProcess), (rootUser, true, true, .runtime), (rootUser, true, false, .initProcess), (namespaceRoot, true, true, .runtime), (alice, true, true, .initProcess)])
    func sourceOpener(_ identity: Identity, _ hasUserNamespace: Bool, _ hasSysAdmin: Bool, _ opener: SourceOpener) throws {
        var facts = try facts(identity)
        if !hasSysAdmin { facts.permittedCapabilities &= ~(1 << 21) }
        let plan = try plan(spec(rootless: hasUserNamespace) { if hasUserNamespace { $0.linux.uidMappings = [mapping(0, 1000, 1)] } }, facts)
        #expect(plan.sourceOpener == opener)
        #expect(plan.steps.contains(.openSources) == (opener == .initProcess))
    }

    @Test(arguments: [(rootUser, false, false), (rootUser, true, true), (namespaceRoot, false, true), (alice, true, true)])
    func devicesAreBoundWhereTheyCannotBeMade(_ identity: Identity, _ hasUserNamespace: Bool, _ areBound: Bool) throws {
        let plan = try plan(spec(rootless: hasUserNamespace), facts(identity))
        let made = plan.steps.compactMap { if case .makeDevice(let device) = $0 { device } else { nil } }
        #expect(made.count == 6)
        #expect(made.allSatisfy { $0.isBound == areBound && $0.type == .character && $0.permissions == 0o666 && $0.uid == 0 && $0.gid == 0 })
    }

    @Test func devicesThatAreAskedForReplaceTheDefaultOnes() throws {
        var null = Device()
        (null.path, null.major, null.minor, null.fileMode, null.uid, null.gid) = ("/dev/null", 1, 3, 0o100_600, 7, 8)
        var fifo = Device()
        (fifo.path, fifo.type) = ("/dev/fifo", .fifo)
        let plan = try plan(spec(rootless: true) { $0.linux.devices = [null, fifo] }, facts(alice))
        let made = plan.steps.compactMap { if case .makeDevice(let device) = $0 { device } else { nil } }
        #expect(made.filter { $0.path == "/dev/null" } == [
            DeviceStep(path: "/dev/null", type: .character, permissions: 0o600, major: 1, minor: 3, uid: 7, gid: 8, isBound: true)
        ])
        // A fifo can be made anywhere.
        #expect(made.last == DeviceStep(path: "/dev/fifo", type: .fifo, permissions: 0o666, major: 0, minor: 0, uid: 0, gid: 0, isBound: false))
    }

    /// However it is spelled: what was made there would be the host's.
    @Test(arguments: [("bind", ["rbind"]), ("none", ["bind", "ro"]), ("bind", []), ("devtmpfs", []), ("tmpfs", ["rbind"])], ["/dev", "/dev/", "dev", "/./x/../dev//"])
    func aSharedDevIsLeftAlone(_ mount: (type: String, options: [String]), _ destination: String) throws {
        let dev = Mount(destination: destination, type: mount.type, source: "/dev", options: mount.options)
        for mounts in [[dev], [dev, Mount(destination: "/dev", type: "bind", source: nil, options: ["remount", "ro"])], [Mount(destination: "/dev", type: "tmpfs", source: "tmpfs"), dev]] {
            let plan = try plan(spec { $0.mounts = mounts }, facts(rootUser))
            #expect(!outline(plan).contains { $0.hasPrefix("device") || $0.hasPrefix("link") })
        }
    }

    @Test func aDevOfItsOwnIsFilled() throws {
        let bound = Mount(destination: "/dev", type: "bind", source: "/dev", options: ["rbind"])
        let own = Mount(destination: "/dev/", type: "tmpfs", source: "tmpfs")
        for mounts in [[bound, own], [own, Mount(destination: "/dev/shm", type: "bind", source: "/a")], []] {
            let plan = try plan(spec { $0.mounts = mounts }, facts(rootUser))
            #expect(outline(plan).filter { $0.hasPrefix("device") || $0.hasPrefix("link") } == devices)
        }
    }

    @Test func aReadOnlyTmpfsIsFilledFirst() throws {
        let last = "making each tmpfs with the option ro read-only"
        let dev = Mount(destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "ro"])
        #expect(outline(try plan(spec { $0.mounts = [dev] }, facts(rootUser))).suffix(2) == [last, "making the root read-only"])
        let others = [Mount(destination: "/a", type: "tmpfs", source: "tmpfs", options: ["ro", "rw"]), Mount(destination: "/b", type: "bind", source: "/b", options: ["ro"])]
        #expect(!outline(try plan(spec { $0.mounts = others }, facts(rootUser))).contains(last))
    }

    /// The host's node has its owner and its mode.
    @Test(arguments: [(rootUser, true, ["linux.devices[0]", "linux.devices[1]"]), (namespaceRoot, false, ["linux.devices[0]", "linux.devices[1]"]), (rootUser, false, [])])
    func whatABoundDeviceCannotHaveIsSaid(_ identity: Identity, _ hasUserNamespace: Bool, _ named: [String]) throws {
        var owned = Device(), moded = Device(), plain = Device(), fifo = Device()
        (owned.path, owned.uid) = ("/dev/a", 7)
        (moded.path, moded.fileMode) = ("/dev/b", 0o600)
        (plain.path, plain.uid, plain.gid) = ("/dev/c", 0, 0)
        (fifo.path, fifo.type, fifo.fileMode) = ("/dev/d", .fifo, 0o600)
        let plan = try plan(spec(rootless: hasUserNamespace) { $0.linux.devices = [owned, moded, plain, fifo] }, facts(identity))
        #expect(plan.warnings.compactMap { $0.split(separator: ":").first.map(String.init) } == named)
    }

    @Test(arguments: [(false, InitStep.RootEntry.pivot), (true, .move)])
    func entersTheRoot(_ noPivot: Bool, _ entry: InitStep.RootEntry) throws {
        #expect(try plan(spec(), facts(rootUser)) { $0.noPivot = noPivot }.steps.contains(.enterRoot(entry)))
    }

    @Test func withoutAMountNamespaceTheRootIsChanged() throws {
        let plan = try plan(spec { $0.linux.namespaces = [Namespace(.pid)]; $0.mountNothing() }, facts(rootUser))
        #expect(plan.rootSource == nil && plan.sources.isEmpty)
        #expect(outline(plan) == [
            "joining a new session keyring", "setting hostname runc", "changing the root to root.path /bundle/rootfs", "making process.cwd /",
        ])
    }

    /// What is to protect, above all: without mounts it would not.
    @Test(arguments: [
        "mounts", "root.readonly", "linux.maskedPaths", "linux.readonlyPaths", "linux.devices", "linux.rootfsPropagation", "linux.mountLabel", "--no-pivot",
    ], [nil, "/proc/7/ns/mnt"])
    func withoutAMountNamespaceOfItsOwnItIsRefused(_ field: String, _ joined: String?) throws {
        let spec = spec { spec in
            spec.linux.namespaces = joined.map { [Namespace(.mount, path: $0)] } ?? []
            spec.hostname = nil
            spec.mountNothing()
            switch field {
            case "mounts": spec.mounts = [Mount(destination: "/x", type: "tmpfs", source: "tmpfs")]
            case "root.readonly": spec.root?.readonly = true
            case "linux.maskedPaths": spec.linux.maskedPaths = ["/secret"]
            case "linux.readonlyPaths": spec.linux.readonlyPaths = ["/fixed"]
            case "linux.devices": spec.linux.devices = [Device()]
            case "linux.rootfsPropagation": spec.linux.rootfsPropagation = .slave
            case "linux.mountLabel": spec.linux.mountLabel = "label"
            default: break
            }
        }
        let error = #expect(throws: PlanError.self) { try plan(spec, facts(rootUser)) { $0.noPivot = field == "--no-pivot" } }
        #expect(error?.message == "\(field): only with a mount namespace that is made for the container")
        #expect(error?.hint?.contains(joined == nil ? "add" : "remove the path") == true)
    }

    @Test func inAJoinedMountNamespaceNothingIsMounted() throws {
        let plan = try plan(spec { $0.linux.namespaces = [Namespace(.mount, path: "/proc/7/ns/mnt")]; $0.mountNothing() }, facts(rootUser))
        #expect(outline(plan).first == "joining the mount namespace /proc/7/ns/mnt")
        #expect(!plan.steps.contains { if case .enterRoot = $0 { true } else { false } })
    }

    /// Maps beside a user namespace that is joined are its own, however they are cut, or Podman's word for none.
    @Test(arguments: [
        ([], nil), ([mapping(0, 1000, 1), mapping(1, 100_000, 10)], nil), ([mapping(6, 100_005, 5), mapping(0, 1000, 1), mapping(1, 100_000, 5)], nil),
        ([mapping(0, 0, 1)], nil),
        ([mapping(0, 0, 2)], "is not the map of the user namespace that linux.namespaces joins"),
        ([mapping(0, 1000, 1)], "is not the map of the user namespace that linux.namespaces joins"),
        ([mapping(0, 1000, 0)], "[0].size is 0"),
    ] as [([LinuxIDMapping], String?)], [IDKind.uid, .gid])
    func mapsBesideAJoinedUserNamespaceAreItsOwn(_ row: ([LinuxIDMapping], String?), _ kind: IDKind) throws {
        var facts = try facts(rootUser)
        facts.joinedUIDMap = try map(.uid, (0, 1000, 1), (1, 100_000, 10))
        facts.joinedGIDMap = try map(.gid, (0, 1000, 1), (1, 100_000, 10))
        let spec = spec {
            $0.linux.namespaces.append(Namespace(.user, path: "/run/user-namespace"))
            if kind == .uid { $0.linux.uidMappings = row.0 } else { $0.linux.gidMappings = row.0 }
        }
        guard let problem = row.1 else {
            #expect(try plan(spec, facts).uidMapWriting == nil)
            return
        }
        let error = #expect(throws: PlanError.self) { try plan(spec, facts) }
        #expect(error?.message.hasPrefix("linux.\(kind.rawValue)Mappings") == true && error?.message.hasSuffix(problem) == true, "\(String(describing: error))")
        if problem.hasPrefix("is not") { #expect(error?.hint?.contains("0 1000 1, 1 100000 10") == true) }
    }

    @Test func onTheIntermediatesRouteInitJoinsNothing() throws {
        let plan = try plan(spec { $0.linux.namespaces = [Namespace(.mount), Namespace(.pid, path: "/proc/7/ns/pid")] }, facts(rootUser))
        #expect(plan.namespaces.route == .intermediate)
        #expect(!plan.steps.contains { if case .joinNamespace = $0 { true } else { false } })
    }

    @Test(arguments: RootfsPropagation.allCases) func propagation(_ wanted: RootfsPropagation) throws {
        let plan = try plan(spec { $0.linux.rootfsPropagation = wanted }, facts(rootUser))
        let type: MountPropagation =
            switch wanted {
            case .shared, .rshared: .shared
            case .slave, .rslave: .slave
            case .private, .rprivate: .privately
            case .unbindable, .runbindable: .unbindable
            }
        // What is unbindable could be copied no more: it becomes so when the last copy is made.
        #expect(plan.steps.first == .setPropagationOfAll(type == .unbindable ? .privately : type))
        #expect(plan.steps.last == .setRootPropagation(type, recursive: wanted.rawValue.hasPrefix("r")))
        #expect(plan.steps.contains(.isolateParentOfRoot(path: "/bundle/rootfs")) == (type == .shared))
        // Once the sources are peers of the host's mounts, what is left outside only receives.
        let opening = try #require(plan.steps.firstIndex(of: .openSources))
        #expect((plan.steps[opening + 1] == .setPropagationOfAll(.slave)) == (type == .shared))
    }

    @Test func whatIsAskedForIsAStep() throws {
        let plan = try plan(
            spec { spec in
                spec.hostname = "h"
                spec.domainname = "d"
                spec.root?.path = "/abs"
                spec.root?.readonly = false
                spec.process?.terminal = true
                spec.process?.cwd = "/work"
                var personality = Personality()
                personality.domain = .linux32
                spec.linux.personality = personality
                spec.linux.namespaces.append(Namespace(.cgroup))
                spec.linux.sysctl = ["net.ipv4.ip_forward": "1"]
                spec.hooks.createRuntime = [Hook()]
                spec.hooks.createContainer = [Hook()]
            }, facts(rootUser)) { $0.preservedDescriptors = 2 }
        #expect(outline(plan).filter { !defaultMounts.contains($0) && !devices.contains($0) && !$0.hasPrefix("mask") && !$0.hasPrefix("readonly") } == [
            "setting the mount propagation of /", "opening the sources of mounts", "creating the cgroup namespace", "joining a new session keyring",
            "bringing up the loopback interface", "setting hostname h", "setting domainname d",
            "mounting root.path /abs", "closing the sources of mounts", "waiting for the createRuntime hooks", "running a createContainer hook",
            "opening a terminal", "making process.cwd /work", "changing the root with pivot_root", "setting linux.sysctl net.ipv4.ip_forward to 1",
        ])
        // Spec: config.md, "CreateRuntime Hooks".
        let outline = outline(plan), due = try #require(outline.firstIndex(of: "waiting for the createRuntime hooks"))
        #expect(Set(outline[..<due]).isSuperset(of: defaultMounts + devices))
        #expect(plan.process.personality == 8)
        #expect(plan.steps.contains(.joinSessionKeyring(SessionKeyring(container: "demo", RuntimeSpec.Process()))))
        #expect(plan.process.firstClosedDescriptor == 5)
        #expect(plan.process.terminal)
    }

    @Test func aKeyringIsNotMadeWhereNotWanted() throws {
        let plan = try plan(spec(), facts(rootUser)) { $0.noNewKeyring = true }
        #expect(!plan.steps.contains { if case .joinSessionKeyring = $0 { true } else { false } })
    }

    @Test(arguments: ["process", "root", "linux.netDevices", "linux.mountLabel", "process.apparmorProfile", "process.selinuxLabel"])
    func refusesNamingTheField(_ field: String) throws {
        let error = try refusal(spec { spec in
            switch field {
            case "process": spec.process = nil
            case "root": spec.root = nil
            case "linux.netDevices": spec.linux.netDevices = ["eth0": NetDevice()]
            case "linux.mountLabel": spec.linux.mountLabel = "label"
            case "process.apparmorProfile": spec.process?.apparmorProfile = "profile"
            default: spec.process?.selinuxLabel = "label"
            }
        })
        #expect(error?.message.hasPrefix(field + ":") == true)
    }

    @Test func netDevicesAreNotPermittedWithoutPrivileges() throws {
        let error = try refusal(spec(rootless: true) { $0.linux.netDevices = ["eth0": NetDevice()] }, alice)
        #expect(error?.message == "linux.netDevices: not permitted without privileges" && error?.hint != nil)
    }

    @Test func labelsAreWrittenWhereTheKernelHasThem() throws {
        var facts = try facts(rootUser)
        (facts.hasAppArmor, facts.hasSELinux) = (true, true)
        let plan = try plan(spec { spec in
            spec.process?.apparmorProfile = "profile"
            spec.process?.selinuxLabel = "label"
        }, facts)
        #expect(plan.process.securityLabels == [
            .init(attribute: "apparmor/exec", text: "exec profile"), .init(attribute: "exec", text: "label"),
        ])
    }
}
