import Foundation
import RuntimeSpec
import Testing

@testable import CgroupControl

/// On a tree of plain files: no machine of the tests has resctrl.
@Suite struct ResctrlGroupTests {
    private final class Tree {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("resctrl-\(UUID().uuidString)").path

        /// - Parameter classes: with their schemata.
        init(_ classes: [String: String] = [:]) throws {
            for (name, schemata) in classes {
                try FileManager.default.createDirectory(atPath: "\(root)/\(name)/mon_groups", withIntermediateDirectories: true)
                try schemata.write(toFile: "\(root)/\(name)/schemata", atomically: false, encoding: .utf8)
                try "".write(toFile: "\(root)/\(name)/tasks", atomically: false, encoding: .utf8)
            }
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        }

        deinit {
            do { try FileManager.default.removeItem(atPath: root) } catch { Issue.record(error) }
        }

        func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(path)") }
        func read(_ path: String) throws -> String { try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8) }
    }

    private func rdt(_ json: String) throws(SpecError) -> IntelRdt { try IntelRdt.decode(Array(json.utf8)) }

    @Test func aClassThatIsThereIsJoinedAndKept() throws {
        let tree = try Tree(["gold": "    L3:0=0ff;1=01f\n    MB:0= 20;1= 70\n"])
        let group = try ResctrlGroup(making: rdt(#"{"closID":"gold","l3CacheSchema":"L3:0=ff","memBwSchema":"MB:1=70"}"#), containerID: "demo", root: tree.root) { _ in }
        #expect(group.path == tree.root + "/gold")
        try group.join(pid: 4711)
        #expect(try tree.read("gold/tasks") == "4711")
        try group.remove()
        #expect(tree.exists("gold/tasks"))
    }

    @Test func monitoringHasAGroupOfItsOwn() throws {
        let tree = try Tree(["gold": ""])
        let rdt = try rdt(#"{"closID":"gold","enableMonitoring":true}"#)
        let group = try ResctrlGroup(making: rdt, containerID: "demo", root: tree.root) { _ in }
        #expect(tree.exists("gold/mon_groups/demo"))
        #expect(group == ResctrlGroup(path: group.path, rdt, containerID: "demo"))
        try group.remove()
        #expect(!tree.exists("gold/mon_groups/demo") && tree.exists("gold"))
    }

    @Test func theContainersOwnIsMadeAndRemoved() throws {
        let tree = try Tree()
        let group = try ResctrlGroup(making: rdt("{}"), containerID: "demo", root: tree.root) { _ in }
        #expect(tree.exists("demo"))
        try group.remove()
        try group.remove()
        #expect(!tree.exists("demo"))
    }

    @Test func schemataAreWrittenLast() throws {
        let tree = try Tree(["gold": "L3:0=f\n"])
        _ = try ResctrlGroup(making: rdt(#"{"closID":"gold","l3CacheSchema":"L3:0=f","schemata":["L3:0=7","MB:0=20"]}"#), containerID: "demo", root: tree.root) { _ in }
        #expect(try tree.read("gold/schemata") == "L3:0=7\nMB:0=20\n")
    }

    @Test func whatIsTheContainersAloneIsToldBeforeItIsMade() throws {
        let tree = try Tree(["gold": ""])
        var told: [String] = []
        _ = try ResctrlGroup(making: rdt("{}"), containerID: "demo", root: tree.root) { told = $0; #expect(!tree.exists("demo")) }
        #expect(told == [tree.root + "/demo"])
        try ResctrlGroup.remove(told)
        #expect(!tree.exists("demo"))
        _ = try ResctrlGroup(making: rdt(#"{"closID":"gold","enableMonitoring":true}"#), containerID: "demo", root: tree.root) { told = $0 }
        #expect(told == [tree.root + "/gold/mon_groups/demo"])
    }

    /// The kernel takes all of a write or nothing; a plain file keeps what a shorter text leaves of a longer one.
    @Test func linesAreChangedAndBroughtBack() throws {
        let tree = try Tree(["gold": "    L3:0=0ff;1=01f\n    MB:0= 20;1= 70\n"])
        let group = try ResctrlGroup(making: rdt(#"{"closID":"gold"}"#), containerID: "demo", root: tree.root) { _ in }
        let old = try group.change(["    L3:0=00f;1=01f"])
        #expect(old == ["    L3:0=0ff;1=01f"])
        #expect(try tree.read("gold/schemata") == "    L3:0=00f;1=01f\n    MB:0= 20;1= 70\n")
        _ = try group.change(old)
        #expect(try tree.read("gold/schemata") == "    L3:0=0ff;1=01f\n    MB:0= 20;1= 70\n")
    }

    @Test func whatIsUsedIsTold() throws {
        let tree = try Tree(["gold": "    L3:0=0ff\n    MB:0= 20\n"])
        func write(_ text: String, _ path: String) throws {
            let url = URL(fileURLWithPath: "\(tree.root)/\(path)")
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try (text + "\n").write(to: url, atomically: false, encoding: .utf8)
        }
        try write("    L3:0=fff\n    MB:0=100", "schemata")
        for (name, text) in ["cbm_mask": "fff", "min_cbm_bits": "2", "num_closids": "8"] { try write(text, "info/L3/\(name)") }
        for (name, text) in ["bandwidth_gran": "10", "delay_linear": "1", "min_bandwidth": "10", "num_closids": "8"] { try write(text, "info/MB/\(name)") }
        let monitored = "gold/mon_groups/demo/mon_data"
        for (domain, occupancy) in ["mon_L3_01": "7", "mon_L3_00": "5"] { try write(occupancy, "\(monitored)/\(domain)/llc_occupancy") }
        try write("300", "\(monitored)/mon_L3_00/mbm_total_bytes")
        try write("200", "\(monitored)/mon_L3_00/mbm_local_bytes")
        let statistics = try ResctrlGroup(path: tree.root + "/gold", rdt(#"{"closID":"gold","enableMonitoring":true}"#), containerID: "demo").statistics()
        #expect(
            statistics.encoded(pretty: false)
                == #"{"l3_cache_info":{"cbm_mask":"fff","min_cbm_bits":2,"num_closids":8},"l3_cache_schema_root":"L3:0=fff","l3_cache_schema":"L3:0=0ff","#
                + #""mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":10,"num_closids":8},"mem_bw_schema_root":"MB:0=100","mem_bw_schema":"MB:0= 20","#
                + #""mbm_stats":[{"mbm_total_bytes":300,"mbm_local_bytes":200}],"cmt_stats":[{"llc_occupancy":5},{"llc_occupancy":7}]}"#)
    }

    @Test(arguments: [
        (#"{"closID":"silver"}"#, "there is no class of service"), (#"{"closID":"gold","l3CacheSchema":"L3:0=3"}"#, "is not what the class of service"),
        (#"{"closID":"../x"}"#, "cannot be the name"), (#"{"closID":"info"}"#, "cannot be the name"), ("{}", "is there already"),
        // A plain directory has no schemata file: the write fails, and what was made is gone.
        (#"{"closID":"new","schemata":["L3:0=1"]}"#, "no such file"),
    ])
    func isRefused(_ json: String, _ text: String) throws {
        let tree = try Tree(["gold": "L3:0=f\n", "demo": ""])
        let error = #expect(throws: CgroupError.self) { try ResctrlGroup(making: rdt(json), containerID: "demo", root: tree.root) { _ in } }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(!tree.exists("new") && !tree.exists("silver"))
    }
}
