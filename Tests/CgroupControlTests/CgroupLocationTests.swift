import LinuxKernel
import Testing

@testable import CgroupControl

/// Hosts as their own files describe them.
struct Host: Sendable {
    let mountInfo: String
    let cgroup: String

    var memberships: [CgroupMembership] { CgroupMembership.parse(cgroup) }
    var hierarchies: CgroupHierarchies { CgroupHierarchies.find(mounts: MountInfo.parse(mountInfo), memberships: memberships) }

    func location(_ cgroupsPath: String?, id: String = "demo") throws(CgroupError) -> CgroupLocation {
        try CgroupLocation(CgroupRequest(containerID: id, cgroupsPath: cgroupsPath, hierarchies: hierarchies, memberships: memberships))
    }

    static let separate = Host(
        mountInfo: """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
            33 31 0:30 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            """,
        cgroup: "2:memory:/jobs/7\n1:cpu:/\n")
    static let coMounted = Host(
        mountInfo: """
            31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
            """,
        cgroup: "2:cpu,cpuacct:/user.slice\n1:name=systemd:/user.slice/session-1.scope\n")
    static let hybrid = Host(
        mountInfo: """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """,
        cgroup: "9:name=systemd:/own\n6:freezer:/\n0::/own\n")
    static let unified = Host(
        mountInfo: "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate",
        cgroup: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n")
    static let unifiedAtRoot = Host(mountInfo: unified.mountInfo, cgroup: "0::/\n")
    /// A container without a cgroup namespace: only its own part is shown.
    static let boundPart = Host(
        mountInfo: """
            31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro
            32 31 0:29 /docker/ab /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            """,
        cgroup: "1:pids:/docker/ab/inner\n")
    static let boundUnifiedPart = Host(
        mountInfo: "31 23 0:28 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw", cgroup: "0::/docker/ab\n")
}

@Suite struct CgroupLocationTests {
    @Test(arguments: [
        (Host.separate, nil, ["cpu": "/sys/fs/cgroup/cpu/demo", "memory": "/sys/fs/cgroup/memory/jobs/7/demo"]),
        (.separate, "", ["cpu": "/sys/fs/cgroup/cpu/demo", "memory": "/sys/fs/cgroup/memory/jobs/7/demo"]),
        (.separate, "a/b", ["cpu": "/sys/fs/cgroup/cpu/a/b", "memory": "/sys/fs/cgroup/memory/jobs/7/a/b"]),
        (.separate, "/a/b", ["cpu": "/sys/fs/cgroup/cpu/a/b", "memory": "/sys/fs/cgroup/memory/a/b"]),
        (.separate, "../../../etc", ["cpu": "/sys/fs/cgroup/cpu/etc", "memory": "/sys/fs/cgroup/memory/jobs/7/etc"]),
        (.separate, "/../../etc/./x//y/../z/", ["cpu": "/sys/fs/cgroup/cpu/etc/x/z", "memory": "/sys/fs/cgroup/memory/etc/x/z"]),
        (.separate, "../\u{301}x", ["cpu": "/sys/fs/cgroup/cpu/\u{301}x", "memory": "/sys/fs/cgroup/memory/jobs/7/\u{301}x"]),
        (.separate, "/\u{301}x/../\u{301}y", ["cpu": "/sys/fs/cgroup/cpu/\u{301}y", "memory": "/sys/fs/cgroup/memory/\u{301}y"]),
        (.separate, "/", ["cpu": "/sys/fs/cgroup/cpu", "memory": "/sys/fs/cgroup/memory"]),
        (.separate, "system.slice:demo:1", ["cpu": "/sys/fs/cgroup/cpu/system.slice:demo:1", "memory": "/sys/fs/cgroup/memory/jobs/7/system.slice:demo:1"]),
        (.coMounted, nil, [
            "cpu": "/sys/fs/cgroup/cpu,cpuacct/user.slice/demo", "cpuacct": "/sys/fs/cgroup/cpu,cpuacct/user.slice/demo",
            "name=systemd": "/sys/fs/cgroup/systemd/user.slice/session-1.scope/demo",
        ]),
        (.hybrid, nil, [
            "freezer": "/sys/fs/cgroup/freezer/demo", "name=systemd": "/sys/fs/cgroup/systemd/own/demo", "": "/sys/fs/cgroup/unified/own/demo",
        ]),
        (.unified, nil, ["": "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/demo"]),
        (.unified, "x/y", ["": "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/x/y"]),
        (.unified, "/x/y", ["": "/sys/fs/cgroup/x/y"]),
        (.unifiedAtRoot, nil, ["": "/sys/fs/cgroup/demo"]),
        (.boundPart, nil, ["pids": "/sys/fs/cgroup/pids/inner/demo"]),
        (.boundPart, "/a", ["pids": "/sys/fs/cgroup/pids/a"]),
        (.boundUnifiedPart, nil, ["": "/sys/fs/cgroup/demo"]),
    ] as [(Host, String?, [String: String])])
    func directories(_ host: Host, _ cgroupsPath: String?, _ expected: [String: String]) throws {
        #expect(try host.location(cgroupsPath).directories == expected)
    }

    @Test func sharedDirectoriesAreOnePlace() throws {
        #expect(try Host.coMounted.location(nil).places.map(\.keys) == [["cpu", "cpuacct"], ["name=systemd"]])
    }

    @Test func noHierarchyIsForgivable() throws {
        let error = #expect(throws: CgroupError.self) { try Host(mountInfo: "", cgroup: "0::/\n").location(nil) }
        #expect(error?.isForgivable == true)
    }

    @Test(arguments: ["0::/../outside\n", "0::/..\n", "0::/elsewhere\n"])
    func ownCgroupThatIsNotShownIsForgivable(_ cgroup: String) throws {
        let root = cgroup.contains("..") ? "/" : "/docker/ab"
        let host = Host(mountInfo: "31 23 0:28 \(root) /sys/fs/cgroup rw - cgroup2 cgroup rw", cgroup: cgroup)
        let error = #expect(throws: CgroupError.self) { try host.location(nil) }
        #expect(error?.isForgivable == true)
        #expect(try host.location("/x").directories == ["": "/sys/fs/cgroup/x"])
    }

    @Test func nulIsRefused() throws {
        let error = #expect(throws: CgroupError.self) { try Host.unified.location("/a\0b") }
        #expect(error?.isForgivable == false)
    }
}

@Suite struct CgroupHierarchiesTests {
    @Test func mountsUnderALaterMountDoNotCount() {
        let host = Host(
            mountInfo: Host.separate.mountInfo + "\n50 31 0:40 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", cgroup: "2:memory:/\n1:cpu:/\n0::/\n")
        #expect(host.hierarchies.isUnified)
        #expect(host.hierarchies.unified?.mountPoint == "/sys/fs/cgroup")
    }

    @Test func containersMountsAreNotOurs() {
        let host = Host(
            mountInfo: """
                31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
                99 23 0:28 /machine/x /var/lib/x/rootfs/sys/fs/cgroup ro - cgroup2 cgroup2 rw
                """, cgroup: "0::/user.slice\n")
        #expect(host.hierarchies.unified?.mountPoint == "/sys/fs/cgroup")
        let reversed = Host(mountInfo: host.mountInfo.split(separator: "\n").reversed().joined(separator: "\n"), cgroup: host.cgroup)
        #expect(reversed.hierarchies.unified?.mountPoint == "/sys/fs/cgroup")
    }

    @Test func aNamedHierarchyIsNoController() {
        let host = Host(mountInfo: "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd", cgroup: "2:cpu:/\n1:name=systemd:/\n0::/\n")
        #expect(host.hierarchies.hierarchies.map(\.controllers) == ["name=systemd"])
        #expect(!host.hierarchies.isUnified)
    }

    @Test func aParentOfTheNamespaceRootShowsASibling() {
        let hierarchy = CgroupHierarchies.Hierarchy(controllers: "", mountPoint: "/cg", root: "/..")
        #expect(hierarchy.directory(of: "/../sibling") == "/cg/sibling")
        #expect(hierarchy.directory(of: "/../../cousin") == nil)
        #expect(hierarchy.directory(of: "/") == nil)
        #expect(hierarchy.directory(of: "/..") == "/cg")
    }

    @Test(arguments: [
        ("0::/a:b:c\n", [("", "/a:b:c")]),
        ("4:cpu,cpuacct:/\n1:name=systemd:/x\n", [("cpu,cpuacct", "/"), ("name=systemd", "/x")]),
        ("1:cpu:/x\r\n0::/\u{301}\n", [("cpu", "/x\r"), ("", "/\u{301}")]),
        ("garbage\n0::/\n", [("", "/")]),
        ("", []),
    ] as [(String, [(String, String)])])
    func memberships(_ text: String, _ expected: [(String, String)]) {
        let found = CgroupMembership.parse(text)
        #expect(found.map(\.controllers) == expected.map(\.0))
        #expect(found.map(\.path) == expected.map(\.1))
    }
}
