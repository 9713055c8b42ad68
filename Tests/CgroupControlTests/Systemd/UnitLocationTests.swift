import Testing

@testable import CgroupControl

@Suite struct UnitLocationTests {
    private func location(_ cgroupsPath: String?, id: String = "demo", rootless: Bool = false) throws(CgroupError) -> UnitLocation {
        var request = CgroupRequest(containerID: id, cgroupsPath: cgroupsPath, hierarchies: CgroupHierarchies([]), memberships: [])
        request.rootlessCgroups = rootless
        return try UnitLocation(request)
    }

    @Test(arguments: [
        (nil, "runc-demo.scope", "system.slice", "/system.slice/runc-demo.scope"),
        ("", "runc-demo.scope", "system.slice", "/system.slice/runc-demo.scope"),
        ("::web", "-web.scope", "system.slice", "/system.slice/-web.scope"),
        ("machine.slice:libpod:0a1b", "libpod-0a1b.scope", "machine.slice", "/machine.slice/libpod-0a1b.scope"),
        ("user-1000.slice:p:n", "p-n.scope", "user-1000.slice", "/user.slice/user-1000.slice/p-n.scope"),
        ("a-b-c.slice:p:n", "p-n.scope", "a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice/p-n.scope"),
        ("-:p:n", "p-n.scope", "-.slice", "/p-n.scope"),
        ("-.slice:p:n", "p-n.scope", "-.slice", "/p-n.scope"),
        ("a.slice:p:pods-x.slice", "pods-x.slice", "a.slice", "/pods.slice/pods-x.slice"),
        // Names that the kernel's own files could have.
        (":_x:y", "_x-y.scope", "system.slice", "/system.slice/__x-y.scope"),
        ("memory.slice:cpu.x:y", "cpu.x-y.scope", "memory.slice", "/_memory.slice/_cpu.x-y.scope"),
        ("memory1.slice:cpu:y", "cpu-y.scope", "memory1.slice", "/memory1.slice/cpu-y.scope"),
    ] as [(String?, String, String, String)])
    func unitAndSlice(_ cgroupsPath: String?, _ unit: String, _ slice: String, _ cgroup: String) throws {
        let location = try location(cgroupsPath)
        #expect(location.unit == unit)
        #expect(location.slice == slice)
        #expect(location.cgroup == cgroup)
    }

    @Test func theUsersOwnManagerHasAnotherDefaultSlice() throws {
        #expect(try location(nil, rootless: true).cgroup == "/user.slice/runc-demo.scope")
    }

    @Test(arguments: [
        "x", "a:b", "a:b:c:d", "/sys/fs/cgroup/x", "a.slice:p:", "a:p:n", "a/b.slice:p:n", "a--b.slice:p:n", "-a.slice:p:n", "a-.slice:p:n", ".slice:p:n",
        "..:p:n", "a.slice:p:../../x", "a.slice:p:n\0x", "a.slice:p\n:n", "a.slice:p:é", "a.slice:p:n n", "a.slice:p:--.slice",
    ])
    func namesThatNoUnitCanHaveAreRefused(_ cgroupsPath: String) {
        let error = #expect(throws: CgroupError.self) { try location(cgroupsPath) }
        #expect(error?.message.hasPrefix("linux.cgroupsPath \"\(cgroupsPath)\"") == true)
        #expect(error?.isForgivable == false)
    }

    @Test func aNameHasTheLengthThatAFileNameMayHave() throws {
        // runc-….scope
        #expect(try location(nil, id: String(repeating: "x", count: 244)).unit.utf8.count == 255)
        #expect(throws: CgroupError.self) { try location(nil, id: String(repeating: "x", count: 245)) }
    }
}
