import CgroupControl
import IDMapping
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

@Suite struct MountPlannerTests {
    /// The steps of some mounts alone.
    private func planned(
        _ mounts: [Mount], namespaces: [Namespace] = [Namespace(.mount)], identity: Identity = rootUser, uidMap: IDMap? = nil, gidMap: IDMap? = nil,
        hierarchies: CgroupHierarchies? = nil
    ) throws -> (steps: [MountStep], planner: MountPlanner) {
        var linux = Linux()
        linux.namespaces = namespaces
        var facts = try facts(identity)
        if let hierarchies { facts.cgroupHierarchies = hierarchies }
        var planner = MountPlanner(
            spec: spec { $0.mounts = mounts }, namespaces: try NamespacePlan(linux), facts: facts, rootlessEUID: identity.effectiveUID != 0,
            uidMap: uidMap, gidMap: gidMap)
        return (try planner.steps(), planner)
    }

    private func refusal(_ mount: Mount, identity: Identity = rootUser, gidMap: IDMap? = nil, namespaces: [Namespace] = [Namespace(.mount)]) -> PlanError? {
        #expect(throws: PlanError.self) { try planned([mount], namespaces: namespaces, identity: identity, gidMap: gidMap) }
    }

    @Test(arguments: [
        ("bind", "/a", ["bind"], "/a", false), (nil, "/a", ["rbind", "ro"], "/a", true), ("bind", "/a", [], "/a", false),
        ("none", "data/x", ["bind"], "/bundle/data/x", false), ("tmpfs", "/a", ["rbind"], "/a", true),
    ] as [(String?, String, [String], String, Bool)])
    func binds(_ type: String?, _ source: String, _ options: [String], _ path: String, _ recursive: Bool) throws {
        let (steps, planner) = try planned([Mount(destination: "/x", type: type, source: source, options: options)])
        #expect(steps.map(\.content) == [.bind(source: 0)])
        #expect(planner.sources == [MountSource(path: path, recursive: recursive)])
    }

    /// In a user namespace the cgroups below the host's /sys may be the container's root's own.
    @Test(arguments: [
        ("/sys", ["rbind", "ro"], true, true), ("/sys/", ["rbind", "ro"], true, true), ("/sys", ["rbind"], true, false), ("/sys", ["bind", "ro"], true, false),
        ("/sys", ["rbind", "ro", "rrw"], true, false), ("/sys/fs/cgroup", ["rbind", "ro"], true, true), ("/sys", ["rbind", "ro"], false, false),
    ])
    func aReadOnlySysIsReadOnlyInFull(_ source: String, _ options: [String], _ hasUserNamespace: Bool, _ inFull: Bool) throws {
        let (steps, _) = try planned(
            [Mount(destination: "/sys", type: "bind", source: source, options: options)],
            namespaces: hasUserNamespace ? [Namespace(.mount), Namespace(.user)] : [Namespace(.mount)])
        #expect(steps[0].options.recursiveSet.contains(.readOnly) == inFull)
    }

    @Test func eachBindHasItsOwnSource() throws {
        let mount = Mount(destination: "/x", type: "bind", source: "/a")
        let (steps, planner) = try planned([mount, mount])
        #expect(steps.map(\.content) == [.bind(source: 0), .bind(source: 1)])
        #expect(planner.sources.count == 2)
    }

    @Test func destinationsAreAbsoluteAndStepsAreNamed() throws {
        let (steps, _) = try planned([
            Mount(destination: "relative", type: "tmpfs", source: "tmpfs", options: ["mode=755", "ro"]),
            Mount(destination: "/b", type: nil, source: "/a", options: ["bind"]),
        ])
        #expect(steps.map(\.destination) == ["/relative", "/b"])
        #expect(steps.map(\.name) == ["mounts[0] (tmpfs on /relative)", "mounts[1] (/a on /b)"])
        #expect(steps[0].content == .fileSystem(type: "tmpfs", source: "tmpfs", options: [FileSystemOption("mode", "755")]))
        #expect(steps[0].options.set == .readOnly)
    }

    @Test func aRemountHasNoSource() throws {
        let (steps, planner) = try planned([Mount(destination: "/x", type: "bind", source: nil, options: ["bind", "remount", "ro", "size=1k"])])
        #expect(steps.map(\.content) == [.remount(options: [FileSystemOption("size", "1k")])])
        #expect(planner.sources.isEmpty)
    }

    /// The runtime opens it, before the container's cgroup says which devices may be opened.
    @Test(arguments: [(["ro"], true), (["rro", "nodev"], true), (["rw"], false), (["ro", "rw"], false), ([], false)])
    func disks(_ options: [String], _ isReadOnly: Bool) throws {
        var facts = try facts(rootUser)
        facts.disks = ["/dev/sda"]
        let mounts = [Mount(destination: "/x", type: "ext4", source: "/dev/sda", options: options + ["data=journal"]), Mount(destination: "/y", type: "ext4", source: "/dev/sdb", options: options)]
        let plan = try plan(spec { $0.mounts = mounts }, facts)
        let steps = plan.steps.compactMap { if case .mount(let step) = $0 { step } else { nil } }
        let expected = [FileSystemOption("data", "journal")] + (isReadOnly ? [FileSystemOption("ro")] : [])
        #expect(steps.map(\.content) == [.disk(source: 1), .fileSystem(type: "ext4", source: "/dev/sdb", options: [])])
        #expect(plan.sources.last == MountSource(path: "/dev/sda", recursive: false, disk: .init(type: "ext4", options: expected, name: "mounts[0] (ext4 on /x)")))
        #expect(plan.sourceOpener == .runtime)
        #expect(steps[0].options.set.union(steps[0].options.recursiveSet).contains(.readOnly) == isReadOnly, "the mount is too")
    }

    @Test(arguments: ["iversion", "acl"])
    func aRemountLeavesOutWhatOnlyANewFileSystemCanHave(_ option: String) throws {
        let (steps, planner) = try planned([Mount(destination: "/x", type: "tmpfs", source: nil, options: ["remount", option, "size=1k"])])
        #expect(steps.map(\.content) == [.remount(options: [FileSystemOption("size", "1k")])])
        #expect(planner.warnings == ["mounts[0].options: \(option) is left out: only a new file system can have it"])
    }

    @Test(arguments: [
        (Mount(destination: "/x", type: "bind", source: nil), "mounts[0].source: is missing"),
        (Mount(destination: "/x", type: nil, source: "", options: ["rbind"]), "mounts[0].source: is missing"),
        (Mount(destination: "/x", type: nil, source: "/a"), "mounts[0].type: is missing"),
        (Mount(destination: "/x", type: "ramfs", source: "ramfs", options: ["tmpcopyup"]), "mounts[0].options: tmpcopyup: only a tmpfs can have it"),
        (Mount(destination: "/proc", type: "tmpfs", source: "tmpfs"), "mounts[0].destination: /proc: only a procfs can be mounted there"),
        (Mount(destination: "/proc/self/attr", type: "bind", source: "/a"), "mounts[0].destination: /proc/self/attr: cannot be mounted on"),
        (Mount(destination: "x/..//./proc/sys", type: "tmpfs", source: "tmpfs"), "mounts[0].destination: /proc/sys: cannot be mounted on"),
        (Mount(destination: "/a/../\u{301}/../proc/sys", type: "bind", source: "/a"), "mounts[0].destination: /proc/sys: cannot be mounted on"),
        (Mount(destination: "/", type: "cgroup", source: "cgroup"), "mounts[0].destination: a cgroup mount cannot be the root"),
    ])
    func refuses(_ mount: Mount, _ text: String) { #expect(refusal(mount)?.message.hasPrefix(text) == true) }

    @Test(arguments: ["proc", "bind", "none", nil], ["/proc", "/proc/../proc/"]) func aProcfsOnProcIsPlanned(_ type: String?, _ destination: String) throws {
        let mount = Mount(destination: destination, type: type, source: "/proc", options: type == "proc" ? [] : ["rbind"])
        #expect(try planned([mount]).steps.count == 1)
    }

    @Test(arguments: ["/proc/cpuinfo", "/proc/uptime", "/proc/sys/kernel/ns_last_pid", "/process", "/x/proc/self"])
    func isNoMountInsideProcThatMisleads(_ destination: String) throws {
        #expect(try planned([Mount(destination: destination, type: "bind", source: "/a")]).steps.count == 1)
    }

    /// Where the kernel has SELinux, the file systems that are made for the container have the label.
    @Test(arguments: [("tmpfs", true), ("devpts", true), ("proc", false), ("sysfs", false), ("mqueue", false), ("bind", false)])
    func labels(_ type: String, _ isLabelled: Bool) throws {
        var facts = try facts(rootUser)
        facts.hasSELinux = true
        let plan = try plan(
            spec {
                $0.mounts = [Mount(destination: "/x", type: type, source: "/a")]
                $0.linux.mountLabel = "u:r:t:s0"
            }, facts)
        let label = FileSystemOption("context", "u:r:t:s0")
        let found = plan.steps.contains { if case .mount(let step) = $0, case .fileSystem(_, _, let options) = step.content { options.contains(label) } else { false } }
        #expect(found == isLabelled)
        let rootIsLabelled = plan.steps.contains { if case .mount(let step) = $0 { step.rootLabel == "u:r:t:s0" } else { false } }
        #expect(rootIsLabelled == (type == "mqueue"))
    }

    // MARK: id mappings

    private static let bind = Mount(destination: "/x", type: "bind", source: "/a")

    private func idMapped(_ options: [String], uids: [LinuxIDMapping] = [], gids: [LinuxIDMapping] = []) -> Mount {
        var mount = Self.bind
        mount.options = options
        (mount.uidMappings, mount.gidMappings) = (uids, gids)
        return mount
    }

    @Test(arguments: [(["bind"], false, false), (["bind", "idmap"], false, false), (["rbind", "idmap"], true, false), (["rbind", "ridmap"], true, true)])
    func idMappings(_ options: [String], _ isRecursive: Bool, _ mapsAll: Bool) throws {
        let mount = idMapped(options, uids: [mapping(0, 1000, 1)], gids: [mapping(5, 6, 7)])
        let maps = MountIDMapping.Maps.maps(uids: try map(.uid, (0, 1000, 1)), gids: try map(.gid, (5, 6, 7)))
        let (_, planner) = try planned([mount])
        #expect(planner.sources == [MountSource(path: "/a", recursive: isRecursive, idMapping: MountIDMapping(maps, isRecursive: mapsAll))])
    }

    @Test func withoutMapsOfItsOwnAMountHasTheContainers() throws {
        let mount = idMapped(["rbind", "ridmap"])
        let new = try plan(spec(rootless: true) { $0.mounts = [mount] }, facts(rootUser))
        let maps = MountIDMapping.Maps.maps(uids: try map(.uid, (0, 1000, 1)), gids: try map(.gid, (0, 1000, 1)))
        #expect(new.sources.last?.idMapping == MountIDMapping(maps, isRecursive: true))

        let (_, joining) = try planned([mount], namespaces: [Namespace(.mount), Namespace(.user, path: "/ns")])
        #expect(joining.sources[0].idMapping == MountIDMapping(.namespace(path: "/ns"), isRecursive: true))
    }

    @Test func theRuntimeMapsTheIDs() throws {
        for (mounts, opener) in [([Self.bind], SourceOpener.initProcess), ([idMapped(["idmap"], uids: [mapping(0, 1, 1)], gids: [mapping(0, 1, 1)])], .runtime)] {
            #expect(try plan(spec { $0.mounts = mounts }, facts(rootUser)).sourceOpener == opener)
        }
    }

    @Test(arguments: [
        (rootUser, ["bind", "idmap"], "bind", [], "mounts[0].options: idmap: there are no ids to map to"),
        (rootUser, [], "tmpfs", [mapping(0, 1, 1)], "mounts[0]: only a bind mount can be id-mapped"),
        (rootUser, ["bind"], "bind", [mapping(0, 1, 5), mapping(4, 9, 1)], "mounts[0]: "),
        (alice, ["bind"], "bind", [mapping(0, 1, 1)], "mounts[0]: id-mapped mounts are not permitted without privileges"),
        (alice, ["bind", "ridmap"], "bind", [], "mounts[0]: id-mapped mounts are not permitted without privileges"),
    ] as [(Identity, [String], String, [LinuxIDMapping], String)])
    func refusesIDMappings(_ identity: Identity, _ options: [String], _ type: String, _ maps: [LinuxIDMapping], _ text: String) {
        var mount = idMapped(options, uids: maps, gids: maps)
        mount.type = type
        #expect(refusal(mount, identity: identity)?.message.hasPrefix(text) == true)
    }

    /// In a user namespace a refused file system may be the host's, where the container shares the host's namespace.
    @Test(arguments: [("proc", NamespaceType.pid, "/proc"), ("sysfs", .network, "/sys"), ("mqueue", .ipc, "/dev/mqueue")])
    func fallsBackToTheHostsOwn(_ type: String, _ kind: NamespaceType, _ path: String) throws {
        let mount = Mount(destination: "/x", type: type, source: type)
        for (identity, hasUser, isNew, fallsBack) in [
            (rootUser, false, false, false), (rootUser, false, true, false), (rootUser, true, false, true), (rootUser, true, true, false),
            (namespaceRoot, false, false, true), (namespaceRoot, false, true, false), (alice, true, false, true), (alice, true, true, false),
        ] {
            let namespaces = [Namespace(.mount)] + (hasUser ? [Namespace(.user)] : []) + (isNew ? [Namespace(kind)] : [])
            let (steps, planner) = try planned([mount], namespaces: namespaces, identity: identity)
            #expect(steps[0].fallback == (fallsBack ? .bind(source: 0) : .none))
            #expect(planner.sources == (fallsBack ? [MountSource(path: path, recursive: true, optional: true)] : []))
        }
    }

    @Test func eachFallbackHasItsOwnSource() throws {
        let mount = Mount(destination: "/x", type: "sysfs", source: "sysfs")
        let (steps, planner) = try planned([mount, mount], namespaces: [Namespace(.mount), Namespace(.user)])
        #expect(steps.map(\.fallback) == [.bind(source: 0), .bind(source: 1)])
        #expect(planner.sources.count == 2)
    }

    @Test(arguments: [
        (true, true, MountStep.Content.cgroup2(fresh: true)), (true, false, .cgroup2(fresh: false)), (false, true, .cgroupTmpfs),
        (false, false, .cgroupTmpfs),
    ])
    func cgroups(_ isUnified: Bool, _ ownsNamespace: Bool, _ content: MountStep.Content) throws {
        let unified = CgroupHierarchies.Hierarchy(controllers: "", mountPoint: "/sys/fs/cgroup", root: "/")
        let memory = CgroupHierarchies.Hierarchy(controllers: "memory", mountPoint: "/sys/fs/cgroup/memory", root: "/")
        let (steps, _) = try planned(
            [Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro", "nsdelegate"])],
            namespaces: [Namespace(.mount)] + (ownsNamespace ? [Namespace(.cgroup)] : []),
            hierarchies: CgroupHierarchies(isUnified ? [unified] : [memory, unified]))
        #expect(steps.map(\.content) == [content])
        #expect(steps[0].options.set == .readOnly && steps[0].options.data.isEmpty)
    }

    @Test func devptsGoesWithoutAnUnmappedGroup() throws {
        let mount = Mount(destination: "/dev/pts", type: "devpts", source: "devpts", options: ["gid=5", "mode=0620"])
        let namespaces = [Namespace(.mount), Namespace(.user)]
        let (dropped, planner) = try planned([mount], namespaces: namespaces, gidMap: map(.gid, (0, 1000, 1)))
        #expect(dropped[0].content == .fileSystem(type: "devpts", source: "devpts", options: [FileSystemOption("mode", "0620")]))
        #expect(planner.warnings == ["mounts[0].options: gid=5 of devpts is left out: the user namespace does not map gid 5"])

        for (namespaces, gidMap) in [(namespaces, try map(.gid, (0, 1000, 6))), (namespaces, nil), ([Namespace(.mount)], nil)] {
            let (kept, planner) = try planned([mount], namespaces: namespaces, gidMap: gidMap)
            #expect(kept[0].content == .fileSystem(type: "devpts", source: "devpts", options: [FileSystemOption("gid", "5"), FileSystemOption("mode", "0620")]))
            #expect(planner.warnings.isEmpty)
        }
    }

    @Test func elsewhereAnUnmappedIDIsAnError() throws {
        let mount = Mount(destination: "/x", type: "tmpfs", source: "tmpfs", options: ["gid=5"])
        let error = refusal(mount, gidMap: try map(.gid, (0, 1000, 1)), namespaces: [Namespace(.mount), Namespace(.user)])
        #expect(error?.message == "mounts[0].options: gid=5: the user namespace does not map gid 5")
    }
}
