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
        let group = try ResctrlGroup(making: rdt(#"{"closID":"gold","l3CacheSchema":"L3:0=ff","memBwSchema":"MB:1=70"}"#), containerID: "demo", root: tree.root)
        #expect(group.path == tree.root + "/gold")
        try group.join(pid: 4711)
        #expect(try tree.read("gold/tasks") == "4711")
        try group.remove()
        #expect(tree.exists("gold/tasks"))
    }

    @Test func monitoringHasAGroupOfItsOwn() throws {
        let tree = try Tree(["gold": ""])
        let rdt = try rdt(#"{"closID":"gold","enableMonitoring":true}"#)
        let group = try ResctrlGroup(making: rdt, containerID: "demo", root: tree.root)
        #expect(tree.exists("gold/mon_groups/demo"))
        #expect(group == ResctrlGroup(path: group.path, rdt, containerID: "demo"))
        try group.remove()
        #expect(!tree.exists("gold/mon_groups/demo") && tree.exists("gold"))
    }

    @Test func theContainersOwnIsMadeAndRemoved() throws {
        let tree = try Tree()
        let group = try ResctrlGroup(making: rdt("{}"), containerID: "demo", root: tree.root)
        #expect(tree.exists("demo"))
        try group.remove()
        try group.remove()
        #expect(!tree.exists("demo"))
    }

    @Test func schemataAreWrittenLast() throws {
        let tree = try Tree(["gold": "L3:0=f\n"])
        _ = try ResctrlGroup(making: rdt(#"{"closID":"gold","l3CacheSchema":"L3:0=f","schemata":["L3:0=7","MB:0=20"]}"#), containerID: "demo", root: tree.root)
        #expect(try tree.read("gold/schemata") == "L3:0=7\nMB:0=20\n")
    }

    @Test(arguments: [
        (#"{"closID":"silver"}"#, "there is no class of service"), (#"{"closID":"gold","l3CacheSchema":"L3:0=3"}"#, "is not what the class of service"),
        (#"{"closID":"../x"}"#, "cannot be the name"), (#"{"closID":"info"}"#, "cannot be the name"), ("{}", "is there already"),
        // A plain directory has no schemata file: the write fails, and what was made is gone.
        (#"{"closID":"new","schemata":["L3:0=1"]}"#, "no such file"),
    ])
    func isRefused(_ json: String, _ text: String) throws {
        let tree = try Tree(["gold": "L3:0=f\n", "demo": ""])
        let error = #expect(throws: CgroupError.self) { try ResctrlGroup(making: rdt(json), containerID: "demo", root: tree.root) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(!tree.exists("new") && !tree.exists("silver"))
    }
}
