import Foundation
import Testing

@testable import CgroupControl

/// On plain directories, whose files are what a test writes into them: the kernel's part is missing.
@Suite struct FreezerTests {
    private func withFreezer(
        _ version: Freezer.Version, _ files: [String: String], _ body: (Freezer, _ read: (String) throws -> String) throws -> Void
    ) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("freezer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(atPath: directory) } catch { Issue.record(error) }
        }
        for (name, text) in files { try text.write(toFile: directory + "/" + name, atomically: false, encoding: .utf8) }
        try body(Freezer(version: version, directory: directory, patienceMilliseconds: 20)) {
            try String(contentsOfFile: directory + "/" + $0, encoding: .utf8)
        }
    }

    @Test(arguments: [
        (Freezer.Version.v1, ["freezer.state": "THAWED\n"], false), (.v1, ["freezer.state": "FREEZING\n"], true),
        (.v1, ["freezer.state": "FROZEN\n"], true), (.v1, [:], false),
        (.v2, ["cgroup.freeze": "0\n", "cgroup.events": "populated 1\nfrozen 0\n"], false),
        // Not yet all of them; and for a cgroup above.
        (.v2, ["cgroup.freeze": "1\n", "cgroup.events": "populated 1\nfrozen 0\n"], true),
        (.v2, ["cgroup.freeze": "0\n", "cgroup.events": "populated 1\nfrozen 1\n"], true), (.v2, [:], false),
    ])
    func tellsWhetherProcessesStandStill(_ version: Freezer.Version, _ files: [String: String], _ expected: Bool) throws {
        try withFreezer(version, files) { (freezer, _) throws in #expect(try freezer.isFrozen() == expected) }
    }

    @Test(arguments: [
        (Freezer.Version.v1, ["freezer.state": "FREEZING\n"], true), (.v1, ["freezer.state": "THAWED\n"], false),
        (.v2, ["cgroup.freeze": "1\n", "cgroup.events": "populated 1\nfrozen 0\n"], false), (.v2, ["cgroup.events": "populated 1\nfrozen 1\n"], true),
        (.v2, [:], false),
    ])
    func seesThatAllStandStill(_ version: Freezer.Version, _ files: [String: String], _ expected: Bool) throws {
        try withFreezer(version, files) { (freezer, _) throws in #expect(try freezer.isFrozen(atAGlance: true) == expected) }
    }

    @Test func version1IsToldUntilAllStandStill() throws {
        try withFreezer(.v1, ["freezer.state": "THAWED"]) { (freezer, read) throws in
            try freezer.freeze()
            #expect(try read("freezer.state") == "FROZEN")
            try freezer.thaw()
            #expect(try read("freezer.state") == "THAWED")
        }
    }

    @Test func version2IsWaitedForAndLetGoWhereItTakesTooLong() throws {
        try withFreezer(.v2, ["cgroup.freeze": "0", "cgroup.events": "frozen 0\n"]) { (freezer, read) throws in
            let error = #expect(throws: CgroupError.self) { try freezer.freeze() }
            #expect(error?.message.contains("does not stand still within 20 ms") == true)
            #expect(try read("cgroup.freeze") == "0")
        }
        try withFreezer(.v2, ["cgroup.freeze": "0", "cgroup.events": "frozen 1\n"]) { (freezer, read) throws in
            try freezer.freeze()
            #expect(try read("cgroup.freeze") == "1")
        }
    }

    @Test(arguments: [
        (Freezer.Version.v1, ["freezer.state": "FROZEN", "freezer.parent_freezing": "1\n"]),
        (.v2, ["cgroup.freeze": "1", "cgroup.events": "frozen 1\n"]),
    ])
    func whatACgroupAboveFreezesIsNotThawedHere(_ version: Freezer.Version, _ files: [String: String]) throws {
        try withFreezer(version, files) { (freezer, _) throws in
            let error = #expect(throws: CgroupError.self) { try freezer.thaw() }
            #expect(error?.message.contains("a cgroup above it is frozen") == true)
        }
    }

    @Test func whatIsFrozenBelowIsThawedForWhoWasKilled() throws {
        try withFreezer(.v1, ["freezer.state": "THAWED"]) { (freezer, read) throws in
            try FileManager.default.createDirectory(atPath: freezer.directory + "/a/b", withIntermediateDirectories: true)
            for (name, text) in [("a", "THAWED"), ("a/b", "FROZEN")] {
                try text.write(toFile: "\(freezer.directory)/\(name)/freezer.state", atomically: false, encoding: .utf8)
            }
            #expect(try freezer.letKilledDie())
            #expect(try read("a/b/freezer.state") == "THAWED")
            #expect(try !freezer.letKilledDie())
        }
    }

    @Test(arguments: [Freezer.Version.v1, .v2])
    func whatIsGoneIsThawed(_ version: Freezer.Version) throws {
        try withFreezer(version, [:]) { (freezer, _) throws in
            try freezer.thaw()
            #expect(throws: CgroupError.self) { try freezer.freeze() }
        }
    }

    @Test(arguments: [
        (["freezer": "/f", "": "/u"], Freezer(version: .v1, directory: "/f")), (["": "/u", "pids": "/p"], Freezer(version: .v2, directory: "/u")),
        (["pids": "/p"], nil), ([:], nil),
    ])
    func theFreezerOfAContainer(_ directories: [String: String], _ expected: Freezer?) {
        #expect(ContainerCgroup(directories: directories).freezer == expected)
    }
}
