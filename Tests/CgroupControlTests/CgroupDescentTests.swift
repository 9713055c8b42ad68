import Testing

@testable import CgroupControl

@Suite struct CgroupDescentTests {
    private static let v1 = ["cpu": "/c/demo", "cpuacct": "/c/demo", "memory": "/m/demo"]

    @Test(arguments: [
        (["": "/u/demo"], ["": "sub"], ["": "/u/demo/sub"]), (["": "/u/demo"], ["": "/a/./b/../c/"], ["": "/u/demo/a/c"]), (["": "/u/demo"], ["": "/"], ["": "/u/demo"]),
        (Self.v1, ["memory": "a"], ["cpu": "/c/demo", "cpuacct": "/c/demo", "memory": "/m/demo/a"]),
        // Both are one directory.
        (Self.v1, ["cpu": "a"], ["cpu": "/c/demo/a", "cpuacct": "/c/demo/a", "memory": "/m/demo"]),
        (Self.v1, ["cpu": "a", "cpuacct": "a"], ["cpu": "/c/demo/a", "cpuacct": "/c/demo/a", "memory": "/m/demo"]),
        // Without a controller in all hierarchies, as runc has it.
        (Self.v1, ["": "/a/../b"], ["cpu": "/c/demo/b", "cpuacct": "/c/demo/b", "memory": "/m/demo/b"]),
        (["": "/u/demo", "pids": "/p/demo"], ["": "a"], ["": "/u/demo/a", "pids": "/p/demo/a"]),
        (["": "/u/demo", "pids": "/p/demo"], ["": "a", "pids": "b"], ["": "/u/demo/a", "pids": "/p/demo/b"]),
        (Self.v1, [:], Self.v1),
    ])
    func leadsBelow(_ directories: [String: String], _ paths: [String: String], _ expected: [String: String]) throws {
        #expect(try ContainerCgroup(directories: directories).descending(into: paths).directories == expected)
    }

    /// systemd puts a process below its unit in all hierarchies or in none.
    @Test(arguments: [([:], ""), (["": "sub/./x"], "/sub/x"), (["": "sub", "memory": "sub"], nil), (["memory": "a"], nil)] as [([String: String], String?)])
    func whatSystemdCanDo(_ paths: [String: String], _ expected: String?) throws {
        let cgroup = ContainerCgroup(directories: Self.v1.merging(["": "/u/demo"]) { $1 })
        #expect(try cgroup.descending(into: paths).pathInUnit == expected)
    }

    @Test(arguments: [
        (["": "/u/demo"], ["": ".."], "leads out"), (["": "/u/demo"], ["": "a/../../b"], "leads out"), (["": "/u/demo"], ["memory": "a"], "no cgroup of controller memory"),
        (Self.v1, ["": "a", "cpu": "b"], "no cgroup of version 2"), (Self.v1, ["": "../a"], "leads out"), (Self.v1, ["cpu": "a", "cpuacct": "b"], "one hierarchy"), ([:], ["": "a"], "no cgroup"),
    ])
    func refuses(_ directories: [String: String], _ paths: [String: String], _ text: String) {
        let error = #expect(throws: CgroupError.self) { try ContainerCgroup(directories: directories).descending(into: paths) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
}
