import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// events: statistics and what happens to a container.
    @Suite struct EventsTests {
        private func events(_ text: String) throws -> [JSONValue] {
            try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        }

        @Test(arguments: CgroupSetting.controlling)
        func statsAreToldOnceInTheShapeOfRunc(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                let result = try bundle.runc("events", "--stats", bundle.id)
                #expect(result.succeeded && result.stderr.isEmpty && result.lines.count == 1, "\(result)")
                let event = try #require(try events(result.stdout).first)
                #expect(event["type"] == "stats" && event["id"] == .string(bundle.id))
                let data = try #require(event["data"]?.object)
                #expect(Set(data.keys) == ["cpu", "cpuset", "memory", "pids", "blkio", "hugetlb", "intel_rdt", "network_interfaces"])
                // Where nothing but the shape is there, no controller is.
                guard setting.view == .asMounted else { return }
                #expect(event["data.pids.current"]?.integer ?? 0 > 0, "\(result)")
                #expect(event["data.memory.usage.usage"]?.integer ?? 0 > 0, "\(result)")
                #expect(event["data.memory.raw"]?.object?.isEmpty == false)
                #expect(event["data.cpu.usage.total"]?.integer ?? 0 > 0, "\(result)")
                // Where the kernel has it.
                for (name, file) in [("cpu", "cpu.pressure"), ("memory", "memory.pressure"), ("blkio", "io.pressure")] {
                    let directory = try bundle.cgroup().directories[HostFeature.cgroupV2.isThere() ? "" : name]
                    let isThere = FileManager.default.fileExists(atPath: "\(directory ?? "")/\(file)")
                    #expect((event["data.\(name).psi.some.total"] != nil) == isThere, "\(file): \(result)")
                }
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func statsComeAfterEachIntervalUntilTheContainerEnds(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                let watching = try bundle.runtimeCommand(["events", "--interval", "100ms", bundle.id]).start()
                #expect(eventually { watching.stdout.filter { $0 == "\n" }.count >= 3 }, "\(watching.stderr)")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                let result = try watching.wait()
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                #expect(try events(result.stdout).allSatisfy { $0["type"] == "stats" })
            }
        }

        /// The second process is killed; the first one goes on, and the container with it.
        @Test(arguments: CgroupSetting.delegated)
        func memoryThatIsNotEnoughIsTold(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit { $0["linux.resources.memory"] = ["limit": 33_554_432, "swap": 33_554_432] }
                try bundle.runDetached("while [ ! -e /out/go ]; do sleep 0.05; done; tail -c 100m /dev/zero; sleep 1000")
                let watching = try bundle.runtimeCommand(["events", "--interval", "1h", bundle.id]).start()
                // It watches as soon as it has opened what it waits for.
                #expect(try eventually { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(watching.pid)/fd").count > 5 })
                usleep(200_000)
                try bundle.write("", to: "\(out)/go")
                #expect(eventually { watching.stdout.contains("\n") }, "\(watching.stderr)")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                let result = try watching.wait()
                #expect(result.succeeded, "\(result)")
                #expect(result.lines.first == #"{"type":"oom","id":"\#(bundle.id)"}"#, "\(result)")
            }
        }

        @Test func aContainerThatHasStoppedIsRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                for options in [[], ["--stats"]] {
                    let result = try bundle.runtimeCommand(["events"] + options + [bundle.id]).run()
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("not running"), "\(result)")
                }
            }
        }

        @Test(arguments: ["0s", "-1s", "5", "soon"])
        func anIntervalMustBeLongerThanNothing(_ interval: String) throws {
            try withBundle(.root) { bundle in
                let result = try bundle.runc("events", "--interval=\(interval)", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("--interval"), "\(result)")
            }
        }
    }
}
