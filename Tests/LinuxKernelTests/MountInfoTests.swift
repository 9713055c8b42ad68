import LinuxKernel
import Testing

@Suite struct MountInfoTests {
    @Test(arguments: [
        ("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue", "/mnt1", "/mnt2", "ext3", ["rw", "errors=continue"]),
        ("36 35 98:0 / / rw - tmpfs tmpfs rw", "/", "/", "tmpfs", ["rw"]),
        ("36 35 98:0 / /a rw shared:2 master:1 propagate_from:3 - tmpfs tmpfs rw", "/", "/a", "tmpfs", ["rw"]),
        (#"36 35 98:0 /a\040b /c\011d\012e\134f rw - tmpfs tmpfs rw"#, "/a b", "/c\td\ne\\f", "tmpfs", ["rw"]),
        (#"36 35 98:0 / /caf\303\251 rw - tmpfs tmpfs rw"#, "/", "/café", "tmpfs", ["rw"]),
        ("36 35 98:0 / /a rw - cgroup  rw,cpu,cpuacct", "/", "/a", "cgroup", ["rw", "cpu", "cpuacct"]),
        ("36 35 98:0 / /- rw - tmpfs - rw", "/", "/-", "tmpfs", ["rw"]),
        ("36 35 98:0 / /a\u{301} rw - tmpfs \u{301}x rw", "/", "/a\u{301}", "tmpfs", ["rw"]),
        ("36 35 98:0 / /a rw - fuse.sshfs me@host:/ rw,user_id=0", "/", "/a", "fuse.sshfs", ["rw", "user_id=0"]),
    ])
    func parses(_ line: String, _ root: String, _ mountPoint: String, _ type: String, _ options: [String]) throws {
        let mount = try #require(MountInfo.parse(line).first)
        #expect(mount.id == 36)
        #expect(mount.root == root)
        #expect(mount.mountPoint == mountPoint)
        #expect(mount.fileSystemType == type)
        #expect(mount.superOptions == options)
    }

    @Test(arguments: ["", "36 35 98:0 / /a rw", "x 35 98:0 / /a rw - tmpfs tmpfs rw", "36 35 - tmpfs", "36 35 98:0 / /a rw - tmpfs"])
    func leavesOut(_ line: String) { #expect(MountInfo.parse(line).isEmpty) }

    @Test func keepsTheOrderAndLinesThatEndInACarriageReturn() {
        let text = "1 0 0:1 / /a rw - overlay o rw,lowerdir=/x\r\n2 1 0:2 / /b rw - tmpfs t rw\n"
        let mounts = MountInfo.parse(text)
        #expect(mounts.map(\.id) == [1, 2])
        #expect(mounts.first?.superOptions == ["rw", "lowerdir=/x\r"])
    }

    @Test(arguments: [(3, [3, 4, 6]), (1, [1, 2, 3, 4, 6]), (2, [2]), (9, [9])] as [(UInt64, Set<Int>)])
    func aMountHasATreeBelowIt(_ id: UInt64, _ ids: Set<Int>) {
        // By their numbers: the mount points say nothing, and the order is any. The root is its own parent.
        let mounts = [(4, 3), (1, 1), (2, 1), (3, 1), (6, 4)].map { "\($0.0) \($0.1) 0:1 / /same rw - proc proc rw" }.joined(separator: "\n")
        #expect(MountInfo.parse(mounts).tree(of: id) == ids)
    }

    @Test func parsesOurOwn() throws {
        let text = try ProcessFileSystem().read("self/mountinfo")
        let mounts = MountInfo.parse(text)
        #expect(mounts.count == text.utf8.filter { $0 == UInt8(ascii: "\n") }.count)
        #expect(mounts.contains { $0.mountPoint == "/proc" && $0.fileSystemType == "proc" })
    }
}
