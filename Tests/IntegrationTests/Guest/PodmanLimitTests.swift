import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// The commands of Podman that live on cgroups, with each of its cgroup managers.
    @Suite(.needs(.tool("podman"), .tool("conmon"))) struct PodmanLimitTests {
        /// Without root Podman makes limits with systemd alone.
        static let settings = CgroupSetting.delegated.filter {
            $0.identity == .root || $0 == CgroupSetting(identity: .delegated, driver: .systemd)
        }

        /// A container that runs until it is killed; its id.
        private func start(_ engine: PodmanEngine, _ options: [String]) throws -> String {
            let started = try engine.run(["--detach", "--name=limited"] + options, ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"])
            try #require(started.succeeded, "\(started)")
            return started.text
        }

        private func cgroup(_ engine: PodmanEngine) throws -> HostCgroup {
            let pid = try #require(pid_t(try engine.output("inspect", "--format={{.State.Pid}}", "limited")))
            return try HostCgroup(of: pid)
        }

        @Test(arguments: Self.settings)
        func limitsAreSet(_ setting: CgroupSetting) throws {
            try withPodman(setting) { engine in
                _ = try start(engine, ["--memory=64m", "--cpus=0.5", "--pids-limit=50"])
                let limited = try cgroup(engine)
                #expect(try limited.read(v1: "memory.limit_in_bytes", v2: "memory.max") == "67108864")
                #expect(try limited.read(v1: "pids.max", v2: "pids.max") == "50")
                #expect(try limited.read(v1: "cpu.cfs_quota_us", v2: "cpu.max").split(separator: " ").first == "50000")
            }
        }

        @Test(arguments: Self.settings)
        func limitsAreChangedAndTheOthersStay(_ setting: CgroupSetting) throws {
            try withPodman(setting) { engine in
                _ = try start(engine, ["--memory=64m", "--cpus=0.5", "--pids-limit=50"])
                let limited = try cgroup(engine)
                _ = try engine.output("update", "--memory=96m", "--cpus=0.25", "limited")
                #expect(try limited.read(v1: "memory.limit_in_bytes", v2: "memory.max") == "100663296")
                #expect(try limited.read(v1: "cpu.cfs_quota_us", v2: "cpu.max").split(separator: " ").first == "25000")
                #expect(try limited.read(v1: "pids.max", v2: "pids.max") == "50")
            }
        }

        @Test(arguments: Self.settings)
        func aContainerIsPausedAndLookedAt(_ setting: CgroupSetting) throws {
            try withPodman(setting) { engine in
                _ = try start(engine, [])
                _ = try engine.output("pause", "limited")
                #expect(try engine.output("inspect", "--format={{.State.Status}}", "limited") == "paused")
                #expect(try !engine.podman(["exec", "limited", "true"]).succeeded)
                _ = try engine.output("unpause", "limited")
                #expect(try engine.output("exec", "limited", "echo", "thawed") == "thawed")
                // Podman's own reading of /proc fails where a process ends under it.
                #expect(try eventually { try engine.podman(["top", "limited", "pid", "comm"]).text.contains("sh") })
                #expect(try engine.output("stats", "--no-stream", "--format={{.PIDS}} {{.MemUsage}}", "limited").first?.isNumber == true)
            }
        }

        @Test(arguments: Self.settings)
        func nothingIsLeftOfIt(_ setting: CgroupSetting) throws {
            try withPodman(setting) { engine in
                let container = try start(engine, ["--memory=64m"])
                let cgroup = try cgroup(engine).directory("memory")
                #expect(cgroup.contains(container))
                _ = try engine.output("rm", "--force", "--time=0", "limited")
                #expect(eventually { access(cgroup, F_OK) != 0 })
                if setting.driver == .systemd {
                    // Not conmon's own scope, which Podman made and which ends with conmon.
                    let manager = setting.identity == .root ? [] : ["--user"]
                    let units = try engine.bundle.command(["systemctl"] + manager + ["list-units", "--all", "--plain", "--no-legend", "libpod-\(container)*"]).run()
                    #expect(units.succeeded && units.text.isEmpty, "\(units)")
                }
            }
        }
    }
}
