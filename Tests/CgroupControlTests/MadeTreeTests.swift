import Foundation
import RuntimeSpec
import Testing

@testable import CgroupControl

/// What no kernel of the tests' machines has (CONFIG_RT_GROUP_SCHED, the leaf weights of CFQ, a device for rdma): on hierarchies
/// that the test makes, through the whole driver.
@Suite struct MadeTreeTests {
    private static func withTree(
        _ hierarchies: [String], _ files: [String: String], _ resources: String,
        _ body: (_ request: CgroupRequest, _ read: (String) throws -> String) throws -> Void
    ) throws {
        let top = FileManager.default.temporaryDirectory.appendingPathComponent("made-\(UUID().uuidString)").path
        defer {
            do { try FileManager.default.removeItem(atPath: top) } catch { Issue.record(error) }
        }
        for name in hierarchies {
            try FileManager.default.createDirectory(atPath: "\(top)/\(name)/demo", withIntermediateDirectories: true)
            try "".write(toFile: "\(top)/\(name)/demo/cgroup.procs", atomically: false, encoding: .utf8)
        }
        for (file, text) in files { try text.write(toFile: "\(top)/\(file)", atomically: false, encoding: .utf8) }
        let mounted = CgroupHierarchies(hierarchies.map { .init(controllers: $0 == "v2" ? "" : $0, mountPoint: "\(top)/\($0)", root: "/") })
        var request = CgroupRequest(containerID: "demo", cgroupsPath: "/demo", hierarchies: mounted, memberships: [])
        request.resources = try Resources.decode(Array(resources.utf8))
        request.options = LimitOptions(appliesDevices: false)
        try body(request) { try String(contentsOfFile: "\(top)/\($0)", encoding: .utf8) }
    }

    @Test(arguments: [
        (["cpu"], #"{"cpu":{"realtimePeriod":1000,"realtimeRuntime":500}}"#, ["cpu/demo/cpu.rt_period_us": "1000", "cpu/demo/cpu.rt_runtime_us": "500"]),
        (["blkio"], #"{"blockIO":{"leafWeight":30}}"#, ["blkio/demo/blkio.leaf_weight": "30"]),
        (["blkio"], #"{"blockIO":{"weightDevice":[{"major":8,"minor":0,"leafWeight":40}]}}"#, ["blkio/demo/blkio.leaf_weight_device": "8:0 40"]),
        (["rdma"], #"{"rdma":{"mlx5":{"hcaHandles":3,"hcaObjects":4}}}"#, ["rdma/demo/rdma.max": "mlx5 hca_handle=3 hca_object=4"]),
        (["v2"], #"{"rdma":{"mlx5":{"hcaHandles":3}}}"#, ["v2/demo/rdma.max": "mlx5 hca_handle=3"]),
        (["v2"], #"{"blockIO":{"weight":1000}}"#, ["v2/demo/io.weight": "default 10000"]),
    ] as [([String], String, [String: String])])
    func isWritten(_ hierarchies: [String], _ resources: String, _ expected: [String: String]) throws {
        var files = expected.mapValues { _ in "" }
        if hierarchies == ["v2"] { for directory in ["v2", "v2/demo"] { files["\(directory)/cgroup.controllers"] = "rdma io\n" } }
        try Self.withTree(hierarchies, files, resources) { request, read in
            let cgroup = try CgroupfsDriver().prepare(request) { _ in }
            #expect(cgroup.warnings.isEmpty)
            for (file, text) in expected { #expect(try read(file) == text) }
        }
    }

    /// The hierarchies that a change limits are those from which nobody is left out any more.
    @Test func aChangeTellsWhereItLimits() throws {
        try Self.withTree(["cpu", "pids"], ["cpu/demo/cpu.shares": "", "pids/demo/pids.max": ""], #"{"cpu":{"shares":5}}"#) { request, read in
            let driver = CgroupfsDriver()
            let cgroup = try driver.prepare(request) { _ in }
            #expect(cgroup.limited == ["cpu"])
            let change = try update(#"{"pids":{"limit":7}}"#, request)
            #expect(try cgroup.limited(by: change) == ["cpu", "pids"])
            #expect(try driver.apply(change, to: cgroup) == [])
            #expect(try read("pids/demo/pids.max") == "7")
        }
    }

    private func update(_ change: String, _ request: CgroupRequest) throws -> LimitUpdate {
        LimitUpdate(
            try Resources.decode(Array(change.utf8)), before: request.resources, options: request.options, hierarchies: request.hierarchies)
    }

    /// A controller that the host has, and in whose hierarchy this container was given no cgroup.
    @Test func aChangeOfWhatIsNotDelegatedIsAnError() throws {
        try Self.withTree(["cpu", "pids"], ["cpu/demo/cpu.shares": ""], #"{"cpu":{"shares":5}}"#) { request, read in
            let driver = CgroupfsDriver()
            var cgroup = try driver.prepare(request) { _ in }
            cgroup.leave(try #require(cgroup.directories["pids"]), forgiving: CgroupError("none"))
            let error = #expect(throws: CgroupError.self) { try driver.apply(update(#"{"cpu":{"shares":6},"pids":{"limit":7}}"#, request), to: cgroup) }
            #expect(error?.message.hasPrefix("linux.resources.pids.limit 7: the controller pids is not delegated to the cgroup ") == true)
            #expect(try read("cpu/demo/cpu.shares") == "5")
            // What no hierarchy of the host has is still a warning.
            let warnings = try driver.apply(update(#"{"rdma":{"mlx5":{"hcaHandles":3}}}"#, request), to: cgroup)
            #expect(warnings.count == 1 && warnings[0].contains("rdma"))
        }
    }

    /// With idleness the kernel forgets the weight.
    @Test(arguments: [(["cpu"], "cpu", "cpu.shares", "512"), (["v2"], "v2", "cpu.weight", "59")])
    func theEndOfIdlenessGivesTheWeightBack(_ hierarchies: [String], _ name: String, _ file: String, _ weight: String) throws {
        var files = ["\(name)/demo/\(file)": "", "\(name)/demo/cpu.idle": "", "\(name)/demo/cpu.max": ""]
        if name == "v2" { for directory in ["v2", "v2/demo"] { files["\(directory)/cgroup.controllers"] = "cpu\n" } }
        try Self.withTree(hierarchies, files, #"{"cpu":{"shares":512,"idle":1}}"#) { request, read in
            let driver = CgroupfsDriver()
            let cgroup = try driver.prepare(request) { _ in }
            #expect(try read("\(name)/demo/cpu.idle") == "1")
            try "999".write(toFile: try #require(cgroup.mainDirectory) + "/" + file, atomically: false, encoding: .utf8)
            _ = try driver.apply(update(#"{"cpu":{"idle":0}}"#, request), to: cgroup)
            #expect(try read("\(name)/demo/cpu.idle") == "0" && read("\(name)/demo/\(file)").hasPrefix(weight))
        }
    }
}
