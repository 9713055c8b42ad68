import LinuxKernel
import RuntimeSpec
import Testing

@testable import CheckpointRestore

struct OptionTests {
    private static let networkFlag = UInt32(NamespaceKind.network.flag)

    @Test(arguments: [
        ([], 0), ([Namespace(.network)], networkFlag), ([Namespace(.network, path: "")], networkFlag),
        ([Namespace(.network, path: "/run/netns/a")], 0), ([Namespace(.pid), Namespace(.ipc)], 0),
    ] as [([Namespace], UInt32)])
    func aNetworkNamespaceOfItsOwnIsEmpty(_ namespaces: [Namespace], _ flags: UInt32) {
        let image = ImageSettings(imagePath: "/i")
        #expect(CRIUOptions(dump: DumpSettings(), image: image, namespaces: namespaces).emptyNamespaces == flags)
        #expect(CRIUOptions(restore: RestoreSettings(), image: image, namespaces: namespaces).emptyNamespaces == flags)
    }

    @Test func anotherNetworkNamespaceIsEmptiedWhereThatIsAsked() {
        var image = ImageSettings(imagePath: "/i")
        image.emptiesNetwork = true
        for namespaces in [[], [Namespace(.network, path: "/run/netns/a")]] {
            #expect(CRIUOptions(dump: DumpSettings(), image: image, namespaces: namespaces).emptyNamespaces == Self.networkFlag)
        }
    }

    @Test(arguments: [(false, nil, false), (true, nil, true), (false, "../pre", true), (true, "../pre", true)] as [(Bool, String?, Bool)])
    func memoryIsTrackedForAndAfterAPreDump(_ isPreDump: Bool, _ parent: String?, _ tracked: Bool) {
        var dump = DumpSettings()
        dump.isPreDump = isPreDump
        dump.parentPath = parent
        #expect(CRIUOptions(dump: dump, image: ImageSettings(imagePath: "/i"), namespaces: []).tracksMemory == tracked)
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1", 80), ("host:1", "host", 1), ("[::1]:65535", "::1", 65535),
    ] as [(String, String, UInt16)])
    func aPageServerIsRead(_ text: String, _ address: String, _ port: UInt16) throws {
        let server = try #require(PageServer(text))
        #expect(server.address == address && server.port == port)
    }

    @Test(arguments: ["", ":", "host", "host:", ":80", "host:0", "host:65536", "host:-1", "::1:80", "host:x", "[]:80"])
    func whatIsNoPageServerIsRefused(_ text: String) { #expect(PageServer(text) == nil) }

    @Test func joinedNamespacesAreNobodysToSave() {
        let namespaces = [
            Namespace(.network, path: "/n"), Namespace(.pid, path: "/p"), Namespace(.ipc, path: "/i"), Namespace(.uts), Namespace(.mount),
        ]
        let externals = JoinedNamespaces.externals(of: namespaces) { $0 == .network ? 7 : 8 }
        #expect(externals.map(\.text) == ["net[7]:extRootNetNS", "pid[8]:extRootPidNS"])
    }

    @Test func joinedNamespacesAreJoinedAgain() throws {
        let plan = try JoinedNamespaces.plan(restore: [Namespace(.network, path: "/n"), Namespace(.uts, path: "/u"), Namespace(.ipc), Namespace(.user, path: "/s"), Namespace(.mount)])
        #expect(plan.inherited.map(\.name) == ["extRootNetNS"] && plan.inherited.map(\.path) == ["/n"])
        #expect(plan.joined == [CRIUOptions.JoinedNamespace(name: "uts", path: "/u"), CRIUOptions.JoinedNamespace(name: "user", path: "/s")])
    }

    @Test(arguments: [NamespaceType.mount, .cgroup])
    func whatCRIUCannotJoinIsRefused(_ type: NamespaceType) {
        let error = #expect(throws: CRIUError.self) { _ = try JoinedNamespaces.plan(restore: [Namespace(type, path: "/x")]) }
        #expect(error?.message.contains("/x") == true)
    }
}

struct ExternalMountTests {
    private static let host = MountInfo.parse("""
        20 1 8:1 / / rw - ext4 /dev/vda rw
        21 20 0:20 / /proc rw - proc proc rw
        22 20 0:21 / /sys rw - sysfs sysfs rw
        23 22 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
        """)

    private static func found(_ lines: String) -> [String] {
        ExternalMounts.find(container: MountInfo.parse("50 40 8:1 /b/rootfs / rw - ext4 /dev/vda rw\n" + lines), host: host)
    }

    @Test(arguments: [
        ("", []),
        ("51 50 0:50 / /proc rw - proc proc rw", []),
        ("51 50 0:20 / /proc rw - proc proc rw", ["/proc"]),
        ("51 50 8:1 /home /data rw - ext4 /dev/vda rw", ["/data"]),
        ("51 50 8:1 /b/rootfs/a /c rw - ext4 /dev/vda rw", []),
        ("51 50 8:1 /b/rootfs2/a /c rw - ext4 /dev/vda rw", ["/c"]),
        ("51 50 0:60 / /sys rw - sysfs sysfs rw\n52 51 0:22 /x /sys/fs/cgroup rw - cgroup2 cgroup rw", ["/sys/fs/cgroup"]),
        ("51 50 0:21 / /sys rw - sysfs sysfs rw\n52 51 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup rw", ["/sys", "/sys/fs/cgroup"]),
        ("51 50 8:1 /home /data rw - ext4 /dev/vda rw\n52 51 0:71 / /data/scratch rw - tmpfs tmpfs rw", ["/data"]),
        ("51 50 0:70 / /dev rw - tmpfs tmpfs rw\n52 51 0:70 /null /proc/keys rw - tmpfs tmpfs rw", []),
    ] as [(String, [String])])
    func theHostsAreTold(_ lines: String, _ expected: [String]) { #expect(Self.found(lines) == expected) }
}
