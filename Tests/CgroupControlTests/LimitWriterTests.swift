import Foundation
import Testing

@testable import CgroupControl

/// On a directory of plain files, for what this host's kernel has not: realtime, leaf weight, rdma, network.
@Suite struct LimitWriterTests {
    private final class Cgroup {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("limits-\(UUID().uuidString)").path
        var inner: String { path + "/inner" }

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            for (name, text) in files { try text.write(toFile: inner + "/" + name, atomically: false, encoding: .utf8) }
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
        }

        func read(_ name: String) throws -> String { try String(contentsOfFile: inner + "/" + name, encoding: .utf8) }
    }

    @Test func theFirstFileThatIsThereIsWritten() throws {
        let cgroup = try Cgroup(["blkio.leaf_weight": "", "rdma.max": "", "blkio.weight": "", "net_cls.classid": "", "cpu.rt_runtime_us": ""])
        var writer = try LimitWriter(cgroup.inner, remembers: false)
        let unavailable = try writer.write([
            LimitWrite("blockIO.weight", "20", "blkio", [.init("blkio.bfq.weight", "20"), .init("blkio.weight", "20")]),
            LimitWrite("blockIO.leafWeight", 30, "blkio", "blkio.leaf_weight"), LimitWrite("rdma", "a hca_handle=1", "rdma", "rdma.max"),
            LimitWrite("network.classID", 7, "net_cls", "net_cls.classid"), LimitWrite("cpu.realtimeRuntime", 9, "cpu", "cpu.rt_runtime_us"),
            LimitWrite("cpu.realtimePeriod", 10, "cpu", "cpu.rt_period_us"), LimitWrite("cpu.quota", -1, "cpu", "cpu.cfs_quota_us").ifAbsent(.harmless),
        ])
        #expect(unavailable == ["cpu.realtimePeriod 10"])
        #expect(try cgroup.read("blkio.weight") == "20" && cgroup.read("blkio.leaf_weight") == "30" && cgroup.read("rdma.max") == "a hca_handle=1")
        #expect(try cgroup.read("net_cls.classid") == "7" && cgroup.read("cpu.rt_runtime_us") == "9")
    }

    @Test func whatWasThereComesBack() throws {
        let files = ["a": "10\n", "io.max": "8:0 rbps=1 wbps=max\n8:1 rbps=2\n", "oom": "oom_kill_disable 0\nunder_oom 0\n"]
        let cgroup = try Cgroup(files)
        try FileManager.default.createDirectory(atPath: cgroup.inner + "/bad", withIntermediateDirectories: false)
        var writer = try LimitWriter(cgroup.inner, remembers: true)
        let error = #expect(throws: CgroupError.self) {
            try writer.write([LimitWrite("x", 2222, "c", "a"), LimitWrite("bad.field", 1, "c", "bad")])
        }
        #expect(error?.message.hasPrefix("linux.resources.bad.field 1: cannot set it in cgroup \(cgroup.inner)") == true)
        try writer.restore()
        // A plain file keeps what a shorter text leaves of a longer one.
        #expect(try cgroup.read("a").hasPrefix("10\n"))
    }

    /// The kernel gives a cgroup that is idle, and one that is not any more, a weight of its own.
    @Test(arguments: ["cpu.weight", "cpu.shares"])
    func idlenessIsTakenBackWithTheWeight(_ file: String) throws {
        let cgroup = try Cgroup(["cpu.idle": "0", file: "59"])
        var writer = try LimitWriter(cgroup.inner, remembers: true)
        #expect(try writer.write([LimitWrite("cpu.idle", 1, "cpu", "cpu.idle")]).isEmpty)
        try "00".write(toFile: cgroup.inner + "/" + file, atomically: false, encoding: .utf8)
        try writer.restore()
        #expect(try cgroup.read("cpu.idle") == "0" && cgroup.read(file) == "59")
    }

    /// What somebody else, such as systemd, writes over it.
    @Test func whatTheFilesOfAUnitHoldIsWrittenAgain() throws {
        let before = ["cpu.max": "01234 50000\n", "pids.max": "0\n", "memory.oom.group": "1\n", "io.bfq.weight": "default 200\n8:0 300\n"]
        let cgroup = try Cgroup(before.merging(["cpuset.cpus": "\n"]) { $1 })
        let files = try UnitFiles(of: ContainerCgroup(directories: ["": cgroup.inner]))
        for _ in 1...2 {
            for (name, text) in ["cpu.max": "01500 50000\n", "pids.max": "9\n", "memory.oom.group": "0\n", "io.bfq.weight": "default 100\n8:0 300\n"] {
                try text.write(toFile: cgroup.inner + "/" + name, atomically: false, encoding: .utf8)
            }
            try files.restore()
            for name in ["cpu.max", "pids.max", "memory.oom.group"] { #expect(try cgroup.read(name) == before[name]) }
            #expect(try cgroup.read("io.bfq.weight").hasPrefix("default 200"))
        }
        #expect(try cgroup.read("cpuset.cpus") == "\n")
    }

    @Test(arguments: [
        (LimitWrite.Shape.value, "max 100000\n", "max 100000\n"),
        (.line(key: "8:0", none: "8:0 0"), "8:1 5\n8:0 7\n", "8:0 7"), (.line(key: "8:0", none: "8:0 0"), "8:01 5\n", "8:0 0"),
        (.valueOf(key: "oom_kill_disable"), "oom_kill_disable 1\nunder_oom 0\n", "1"), (.valueOf(key: "gone"), "other 1\n", nil),
    ] as [(LimitWrite.Shape, String, String?)])
    func aWriteIsTakenBackByItsShape(_ shape: LimitWrite.Shape, _ text: String, _ old: String?) { #expect(shape.restoring(text) == old) }

    @Test func aListOutsideTheOneAboveIsRefused() throws {
        let cgroup = try Cgroup(["cpuset.cpus": ""])
        try "0-3\n".write(toFile: cgroup.path + "/cpuset.cpus.effective", atomically: false, encoding: .utf8)
        var writer = try LimitWriter(cgroup.inner, remembers: false)
        let error = #expect(throws: CgroupError.self) {
            try writer.write([LimitWrite("cpu.cpus", "1,3-5", "cpuset", "cpuset.cpus", requires: .within(parentFile: "cpuset.cpus.effective"))])
        }
        #expect(error?.message.hasPrefix("linux.resources.cpu.cpus 1,3-5: 4 is not one of 0-3") == true)
        #expect(try cgroup.read("cpuset.cpus") == "")
    }

    @Test func aLimitBelowTheUsageIsRefused() throws {
        let cgroup = try Cgroup(["memory.max": "", "memory.current": "500\n"])
        var writer = try LimitWriter(cgroup.inner, remembers: false)
        var write = LimitWrite("memory.limit", 499, "memory", "memory.max")
        write.requirement = .holds(usageFile: "memory.current", limitBytes: 499)
        let error = #expect(throws: CgroupError.self) { try writer.write([write]) }
        #expect(error?.message.contains("500 bytes are in use") == true)
        #expect(try cgroup.read("memory.max") == "")
    }
}
