import Foundation
import LinuxKernel
import SystemPackage
import Testing

@testable import CgroupControl

/// Hierarchies of plain directories, removed at the end.
private final class FakeHierarchies {
    let path: String
    let host: Host

    /// - Parameter unified: version 2 alone, else cpu,cpuacct, freezer and cpuset of version 1.
    init(unified: Bool = false) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("cgroup-\(UUID().uuidString)").path
        let names = unified ? [""] : ["cpu,cpuacct", "freezer", "cpuset"]
        let base = path
        host = Host(
            mountInfo: names.enumerated().map { "\($0 + 40) 23 0:\($0 + 50) / \(base)/\($1.isEmpty ? "v2" : $1) rw - \($1.isEmpty ? "cgroup2 cgroup2 rw" : "cgroup cgroup rw,\($1)")" }
                .joined(separator: "\n"),
            cgroup: names.enumerated().map { "\(unified ? 0 : $0 + 1):\($1):/\n" }.joined())
        for name in names { try makeDirectory(name.isEmpty ? "v2" : name) }
        if !unified {
            try write("0-1\n", "cpuset/cpuset.cpus")
            try write("0\n", "cpuset/cpuset.mems")
        }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    func makeDirectory(_ relative: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + relative, withIntermediateDirectories: true)
    }
    func write(_ text: String, _ relative: String) throws { try text.write(toFile: path + "/" + relative, atomically: false, encoding: .utf8) }
    func read(_ relative: String) throws -> String { try String(contentsOfFile: path + "/" + relative, encoding: .utf8) }
    func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + relative) }
    func remove(_ relative: String) throws { try FileManager.default.removeItem(atPath: path + "/" + relative) }
}

private let strict = CgroupForgiveness(rootlessCgroups: false, pathAsked: false, limited: [])
private let forgiving = CgroupForgiveness(rootlessCgroups: true, pathAsked: false, limited: [])

/// On plain directories: they have none of the files that the kernel makes, so a test brings those that it needs.
@Suite struct CgroupfsDriverTests {
    private let driver: CgroupfsDriver = {
        var driver = CgroupfsDriver()
        driver.patienceMilliseconds = 5
        return driver
    }()

    @Test func createMakesOneDirectoryInEachHierarchyAndRemoveRemovesThem() throws {
        let fake = try FakeHierarchies(unified: true)
        let cgroup = try driver.create(try fake.host.location("/a/b/demo"), for: LimitPlan(), forgiveness: strict)
        #expect(cgroup.directories == ["": fake.path + "/v2/a/b/demo"])
        #expect(cgroup.made == [fake.path + "/v2/a/b/demo"])
        try fake.makeDirectory("v2/a/b/demo/inner/deeper")
        try driver.remove(cgroup)
        #expect(!fake.exists("v2/a/b/demo"))
        #expect(fake.exists("v2/a/b"))
        try driver.remove(cgroup)
    }

    @Test func aCloneStartsInVersion2AloneOnly() throws {
        let fake = try FakeHierarchies(unified: true)
        try fake.makeDirectory("v2/demo")
        let directory = fake.path + "/v2/demo"
        #expect(try driver.cloneDirectory(ContainerCgroup(directories: ["": directory])) != nil)
        #expect(try driver.cloneDirectory(ContainerCgroup(directories: ["cpu": directory])) == nil)
        #expect(try driver.cloneDirectory(ContainerCgroup(directories: ["": directory, "cpu": directory])) == nil)
        #expect(try driver.cloneDirectory(ContainerCgroup()) == nil)
    }

    @Test func newCpusetsInheritAllTheWayDown() throws {
        let fake = try FakeHierarchies()
        // What the kernel would do at mkdir.
        for directory in ["cpuset/a", "cpuset/a/demo"] {
            try fake.makeDirectory(directory)
            for file in ["cpuset.cpus", "cpuset.mems"] { try fake.write("\n", "\(directory)/\(file)") }
        }
        try fake.write("", "cpuset/a/demo/cgroup.procs")
        let cgroup = try driver.create(try fake.host.location("/a/demo"), for: LimitPlan(), forgiveness: strict)
        for directory in ["cpuset/a", "cpuset/a/demo"] {
            #expect(try fake.read("\(directory)/cpuset.cpus") == "0-1\n")
            #expect(try fake.read("\(directory)/cpuset.mems") == "0\n")
        }
        #expect(cgroup.made == [fake.path + "/cpu,cpuacct/a/demo", fake.path + "/freezer/a/demo"])
        #expect(Set(cgroup.directories.keys) == ["cpu", "cpuacct", "freezer", "cpuset"])
    }

    @Test func aFailureLeavesNothingOfTheContainer() throws {
        let fake = try FakeHierarchies()
        // Nothing makes cpuset.cpus here, so that the last hierarchy fails.
        let error = #expect(throws: CgroupError.self) { try driver.create(try fake.host.location("/demo"), for: LimitPlan(), forgiveness: strict) }
        #expect(error?.message.contains("cpuset.cpus") == true)
        for hierarchy in ["cpu,cpuacct", "freezer", "cpuset"] { #expect(!fake.exists(hierarchy + "/demo")) }
    }

    @Test func aMissingHierarchyIsAnErrorOrForgivenAndNeverMade() throws {
        let fake = try FakeHierarchies(unified: true)
        let location = try fake.host.location("/a/demo")
        let root = try fake.host.location("/")
        try fake.remove("v2")
        let error = #expect(throws: CgroupError.self) { try driver.create(location, for: LimitPlan(), forgiveness: strict) }
        #expect(error?.isForgivable == true)
        let cgroup = try driver.create(location, for: LimitPlan(), forgiveness: forgiving)
        #expect(cgroup.directories.isEmpty && cgroup.made.isEmpty)
        #expect(cgroup.forgiven == [try #require(error)])
        #expect(throws: CgroupError.self) { try driver.create(root, for: LimitPlan(), forgiveness: strict) }
        #expect(!fake.exists("v2"))
        #expect(try driver.processes(cgroup).isEmpty)
        try driver.killAll(cgroup)
    }

    @Test func anExistingEmptyCgroupIsUsedAndKept() throws {
        let fake = try FakeHierarchies(unified: true)
        try fake.makeDirectory("v2/demo")
        try fake.write("", "v2/demo/cgroup.procs")
        try fake.write("populated 0\nfrozen 0\n", "v2/demo/cgroup.events")
        let cgroup = try driver.create(try fake.host.location("/demo"), for: LimitPlan(), forgiveness: strict)
        #expect(cgroup.made.isEmpty)
        try driver.join(pid: 4711, cgroup, forgiveness: strict)
        #expect(try fake.read("v2/demo/cgroup.procs") == "4711")
        try driver.remove(cgroup)
        #expect(fake.exists("v2/demo"))
    }

    @Test(arguments: [("4711\n", "frozen 0\n", "is not empty: 1 process(es) found"), ("", "populated 0\nfrozen 1\n", "unexpectedly frozen")])
    func anUnfitCgroupIsRefused(_ procs: String, _ events: String, _ text: String) throws {
        let fake = try FakeHierarchies(unified: true)
        try fake.makeDirectory("v2/demo")
        try fake.write(procs, "v2/demo/cgroup.procs")
        try fake.write(events, "v2/demo/cgroup.events")
        let error = #expect(throws: CgroupError.self) { try driver.create(try fake.host.location("/demo"), for: LimitPlan(), forgiveness: forgiving) }
        #expect(error?.message.contains(text) == true)
        #expect(fake.exists("v2/demo"))
    }

    @Test func aFrozenFreezerIsRefused() throws {
        let fake = try FakeHierarchies()
        try fake.makeDirectory("freezer/demo")
        try fake.write("", "freezer/demo/cgroup.procs")
        try fake.write("FREEZING\n", "freezer/demo/freezer.state")
        let error = #expect(throws: CgroupError.self) { try driver.create(try fake.host.location("/demo"), for: LimitPlan(), forgiveness: strict) }
        #expect(error?.message.contains("unexpectedly frozen") == true)
        #expect(!fake.exists("cpu,cpuacct/demo"))
    }

    @Test func processesAreThoseOfTheWholeTree() throws {
        let fake = try FakeHierarchies(unified: true)
        try fake.makeDirectory("v2/demo/a/b")
        try fake.makeDirectory("v2/demo/c")
        try fake.write("1\n2\n", "v2/demo/cgroup.procs")
        try fake.write("3\n", "v2/demo/a/b/cgroup.procs")
        try fake.write("4\n", "v2/demo/c/cgroup.procs")
        let cgroup = ContainerCgroup(directories: ["": fake.path + "/v2/demo"])
        #expect(try driver.processes(cgroup).sorted() == [1, 2, 3, 4])
        #expect(try driver.processes(ContainerCgroup(directories: ["": fake.path + "/v2/gone"])).isEmpty)
    }

    @Test func whatIsNotEmptyIsAnErrorAfterAWhileAndTheOthersAreRemoved() throws {
        let fake = try FakeHierarchies()
        for directory in ["cpu,cpuacct/demo", "freezer/demo/inner"] { try fake.makeDirectory(directory) }
        try fake.write("", "cpu,cpuacct/demo/held")
        let made: Set = [fake.path + "/cpu,cpuacct/demo", fake.path + "/freezer/demo"]
        let error = #expect(throws: CgroupError.self) { try driver.remove(ContainerCgroup(made: made)) }
        #expect(error?.message.hasPrefix("cannot remove cgroup \(fake.path)/cpu,cpuacct/demo") == true)
        #expect(!fake.exists("freezer/demo"))
    }

    @Test func whoIsLeftIsEndedWhileItIsBusy() throws {
        let fake = try FakeHierarchies()
        try fake.makeDirectory("freezer/demo")
        try fake.write("", "freezer/demo/held")
        var calls = 0
        try driver.remove(ContainerCgroup(made: [fake.path + "/freezer/demo"])) {
            calls += 1
            if calls == 2 { do { try fake.remove("freezer/demo/held") } catch { Issue.record(error) } }
        }
        #expect(calls == 2 && !fake.exists("freezer/demo"))
    }

    @Test func allAreWaitedForOnce() throws {
        let fake = try FakeHierarchies()
        let directories = ["cpu,cpuacct/demo", "freezer/demo", "pids/demo"]
        for directory in directories {
            try fake.makeDirectory(directory)
            try fake.write("", directory + "/held")
        }
        let made = Set(directories.map { fake.path + "/" + $0 })
        func pauses(_ made: Set<String>) -> Int {
            var pauses = 0
            #expect(throws: CgroupError.self) { try driver.remove(ContainerCgroup(made: made)) { pauses += 1 } }
            return pauses
        }
        let ofOne = pauses([made.first!])
        #expect(ofOne > 2 && pauses(made) == ofOne + 2)
    }

    @Test func aTreeDeeperThanAnyPathIsRemoved() throws {
        let fake = try FakeHierarchies(unified: true)
        try fake.makeDirectory("v2/demo")
        var here = try FileDescriptor.currentDirectory.open(fake.path + "/v2/demo", [.readOnly, .directory])
        for _ in 0..<100 {
            let name = String(repeating: "x", count: 100)
            try here.makeDirectory(name, mode: 0o755)
            here = try here.open(name, [.readOnly, .directory])
        }
        try driver.remove(ContainerCgroup(made: [fake.path + "/v2/demo"]))
        #expect(!fake.exists("v2/demo"))
    }
}

private let ownCgroups = CgroupMembership.parse(try! String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8))
private let ownHierarchies = CgroupHierarchies.find(
    mounts: MountInfo.parse(try! String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)), memberships: ownCgroups)

private let ownCgroupsAreWritable = geteuid() == 0 && !ownHierarchies.hierarchies.isEmpty
    && ownHierarchies.hierarchies.allSatisfy { access($0.mountPoint, W_OK) == 0 }

/// On the kernel's own: below this process's cgroups.
@Suite(.enabled(if: ownCgroupsAreWritable, "the host lacks one of: root, writable cgroups"))
struct RealCgroupTests {
    @Test func aProcessJoinsIsListedKilledAndItsCgroupRemoved() throws {
        let driver = CgroupfsDriver()
        let location = try CgroupLocation(
            CgroupRequest(containerID: "cgroupfs-driver-test-\(getpid())", hierarchies: ownHierarchies, memberships: ownCgroups))
        let cgroup = try driver.create(location, for: LimitPlan(), forgiveness: strict)
        defer {
            do { try driver.remove(cgroup) } catch { Issue.record(error) }
        }
        #expect(cgroup.directories == location.directories)
        #expect(cgroup.made == Set(location.directories.values))

        let sleeper = Process()
        sleeper.executableURL = URL(fileURLWithPath: "/bin/sleep")
        sleeper.arguments = ["300"]
        try sleeper.run()
        try driver.join(pid: sleeper.processIdentifier, cgroup, forgiveness: strict)
        #expect(try driver.processes(cgroup) == [sleeper.processIdentifier])
        let shown = CgroupMembership.parse(try String(contentsOfFile: "/proc/\(sleeper.processIdentifier)/cgroup", encoding: .utf8))
        for hierarchy in ownHierarchies.hierarchies {
            let path = try #require(shown.first { $0.controllers == hierarchy.controllers }?.path)
            #expect(hierarchy.directory(of: path) == location.directories[hierarchy.keys[0]])
        }
        let error = #expect(throws: CgroupError.self) { try driver.create(location, for: LimitPlan(), forgiveness: strict) }
        #expect(error?.message.contains("is not empty: 1 process(es)") == true)

        let directory = try #require(cgroup.mainDirectory)
        try FileManager.default.createDirectory(atPath: directory + "/inner/deeper", withIntermediateDirectories: true)
        try driver.killAll(cgroup)
        sleeper.waitUntilExit()
        #expect(sleeper.terminationReason == .uncaughtSignal && sleeper.terminationStatus == SIGKILL)
        try driver.remove(cgroup)
        for directory in cgroup.made { #expect(!FileManager.default.fileExists(atPath: directory)) }
    }

    /// Below a cgroup that has threads of its own a new one takes processes only as a threaded one, which does not list them.
    @Test func processesOfAThreadedCgroupAreListedAndKilled() throws {
        let unified = try #require(ownHierarchies.unified)
        let top = unified.mountPoint + "/cgroupfs-threaded-test-\(getpid())"
        // A sibling that is threaded makes the top one a domain of threads.
        for directory in [top, top + "/sibling"] { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false) }
        defer { for directory in [top + "/sibling", top] { #expect(rmdir(directory) == 0) } }
        try "threaded".write(toFile: top + "/sibling/cgroup.type", atomically: false, encoding: .utf8)

        let driver = CgroupfsDriver()
        let place = CgroupLocation.Place(keys: [""], mountPoint: unified.mountPoint, directory: top + "/demo")
        let cgroup = try driver.create(CgroupLocation(places: [place]), for: LimitPlan(), forgiveness: strict)
        defer {
            do { try driver.remove(cgroup) } catch { Issue.record(error) }
        }
        #expect(try String(contentsOfFile: place.directory + "/cgroup.type", encoding: .utf8) == "threaded\n")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["300"]
        try process.run()
        try driver.join(pid: process.processIdentifier, cgroup, forgiveness: strict)
        #expect(try driver.processes(cgroup) == [process.processIdentifier])
        try FileManager.default.createDirectory(atPath: place.directory + "/inner", withIntermediateDirectories: false)
        try driver.killAll(cgroup)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
        #expect(try driver.processes(cgroup).isEmpty)
    }

    /// Version 1 has a file for each, version 2 one for all.
    @Test func frozenProcessesDieToo() throws {
        let (freezer, file, frozen) = if let freezer = ownHierarchies.hierarchies.first(where: { $0.keys.contains("freezer") }) {
            (freezer, "/freezer.state", "FROZEN")
        } else {
            (try #require(ownHierarchies.unified), "/cgroup.freeze", "1")
        }
        let driver = CgroupfsDriver()
        let location = try CgroupLocation(
            CgroupRequest(containerID: "cgroupfs-freezer-test-\(getpid())", hierarchies: CgroupHierarchies([freezer]), memberships: ownCgroups))
        let cgroup = try driver.create(location, for: LimitPlan(), forgiveness: strict)
        defer {
            do { try driver.remove(cgroup) } catch { Issue.record(error) }
        }
        let sleeper = Process()
        sleeper.executableURL = URL(fileURLWithPath: "/bin/sleep")
        sleeper.arguments = ["300"]
        try sleeper.run()
        try driver.join(pid: sleeper.processIdentifier, cgroup, forgiveness: strict)
        try frozen.write(toFile: try #require(cgroup.mainDirectory) + file, atomically: false, encoding: .utf8)
        try driver.killAll(cgroup)
        sleeper.waitUntilExit()
        #expect(sleeper.terminationReason == .uncaughtSignal && sleeper.terminationStatus == SIGKILL)
    }
}
