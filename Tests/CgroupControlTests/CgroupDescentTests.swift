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
        (Self.v1, [:], Self.v1),
    ])
    func leadsBelow(_ directories: [String: String], _ paths: [String: String], _ expected: [String: String]) throws {
        #expect(try ContainerCgroup(directories: directories).descending(into: paths).directories == expected)
    }

    @Test(arguments: [
        (["": "/u/demo"], ["": ".."], "leads out"), (["": "/u/demo"], ["": "a/../../b"], "leads out"), (["": "/u/demo"], ["memory": "a"], "no cgroup of controller memory"),
        (Self.v1, ["": "a"], "no cgroup of version 2"), (Self.v1, ["cpu": "a", "cpuacct": "b"], "one hierarchy"), ([:], ["": "a"], "no cgroup"),
    ])
    func refuses(_ directories: [String: String], _ paths: [String: String], _ text: String) {
        let error = #expect(throws: CgroupError.self) { try ContainerCgroup(directories: directories).descending(into: paths) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
}
