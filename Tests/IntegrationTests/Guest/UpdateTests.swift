import Testing

extension IntegrationTests.GuestTests {
    /// update: other limits for a container that is there, read back from the kernel.
    @Suite struct UpdateTests {
        private func update(_ bundle: Bundle, _ options: [String]) throws -> CommandResult {
            try bundle.runtimeCommand(["update"] + options + [bundle.id]).run()
        }

        /// Limits of a container with 64 MiB and 50 processes.
        private func withLimits(_ setting: CgroupSetting, _ body: (Bundle) throws -> Void) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources"] = ["memory": ["limit": 67_108_864], "pids": ["limit": 50]] }
                try bundle.runDetached()
                try body(bundle)
            }
        }

        private func memory(_ bundle: Bundle) throws -> String { try bundle.cgroup().read(v1: "memory.limit_in_bytes", v2: "memory.max") }
        private func pids(_ bundle: Bundle) throws -> String { try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") }
        private func saved(_ bundle: Bundle) throws -> JSONValue? { try bundle.savedState()["config.resources"] }

        @Test(arguments: CgroupSetting.delegated)
        func optionsChangeWhatTheyNameAndNothingElse(_ setting: CgroupSetting) throws {
            try withLimits(setting) { bundle in
                let result = try update(bundle, ["--memory", "128m", "--memory-swap", "-1"])
                #expect(result.succeeded, "\(result)")
                #expect(try memory(bundle) == "134217728" && pids(bundle) == "50")
                #expect(try saved(bundle)?["memory.limit"] == 134_217_728 && saved(bundle)?["pids.limit"] == 50)
                let more = try update(bundle, ["--pids-limit=-1"])
                #expect(more.succeeded && more.stderr.isEmpty, "\(more)")
                #expect(try memory(bundle) == "134217728" && pids(bundle) == "max")
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.delegated))
        func aFileOrTheStandardInputTakesThePlaceOfAllOptions(_ setting: CgroupSetting, _ isFile: Bool) throws {
            try withLimits(setting) { bundle in
                let text = #"{"pids":{"limit":70}}"#, path = "\(bundle.directory)/resources.json"
                try bundle.write(text, to: path)
                var command = try bundle.runtimeCommand(["update", "--resources", isFile ? path : "-", "--pids-limit", "60", bundle.id])
                command.input = .text(text)
                let result = try command.run()
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                #expect(try pids(bundle) == "70" && memory(bundle) == "67108864")
            }
        }

        /// The memory limit is good, what comes with it is not; the last one the kernel refuses, when the first ones are set.
        @Test(arguments: CgroupSetting.delegated)
        func whatFailsLeavesAllAsItWas(_ setting: CgroupSetting) throws {
            try withLimits(setting) { bundle in
                let before = try saved(bundle)
                let file = "\(bundle.directory)/resources.json"
                try bundle.write(#"{"memory":{"limit":134217728},"pids":{"limit":9000000000000000000}}"#, to: file)
                for options in [
                    ["--memory", "128m", "--cpuset-cpus", "4000"], ["--memory", "32m", "--memory-swap", "16m"], ["--memory", "128m", "--pids-limit=-7"],
                    ["--resources", file],
                ] {
                    let result = try update(bundle, options)
                    #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                    #expect(try memory(bundle) == "67108864" && pids(bundle) == "50", "\(result)")
                    #expect(try saved(bundle) == before)
                    guard setting.driver == .systemd else { continue }
                    let shown = try bundle.systemctl("show", "--property=TasksMax", bundle.unit())
                    #expect(shown.text == "TasksMax=50", "\(shown)")
                }
            }
        }

        /// Each alone; systemd makes one number of both, and writes them again when it reads its units.
        @Test(arguments: CgroupSetting.delegated)
        func aQuotaAndAPeriodChangeAlone(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.cpu"] = ["quota": 20_000, "period": 100_000] }
                try bundle.runDetached()
                for (option, quota, period) in [("--cpu-period=50000", 20_000, 50_000), ("--cpu-quota=10000", 10_000, 50_000), ("--cpu-quota=-1", -1, 50_000), ("--cpu-period=20000", -1, 20_000)] {
                    let result = try update(bundle, [option])
                    #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                    let reload = setting.driver == .systemd && option == "--cpu-quota=10000"
                    if reload { #expect(try bundle.systemctl("daemon-reload").succeeded) }
                    let cgroup = try bundle.cgroup()
                    if HostFeature.cgroupV2.isThere() {
                        #expect(try cgroup.read(v1: "cpu.max", v2: "cpu.max") == "\(quota == -1 ? "max" : "\(quota)") \(period)", "\(option)")
                    } else {
                        #expect(try cgroup.read(v1: "cpu.cfs_quota_us", v2: "") == "\(quota)" && cgroup.read(v1: "cpu.cfs_period_us", v2: "") == "\(period)", "\(option)")
                    }
                }
            }
        }

        /// What systemd has taken already, and what it has no words for; of a weight, what the kernel forgets when it is taken back.
        @Test(arguments: CgroupSetting.delegated)
        func whatWasTakenBeforeTheFailureIsTakenBack(_ setting: CgroupSetting) throws {
            let isVersion2 = HostFeature.cgroupV2.isThere()
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources"] = ["cpu": ["shares": 512, "quota": 1234, "period": 50_000], "memory": ["limit": 67_108_864]] }
                try bundle.runDetached()
                let file = "\(bundle.directory)/resources.json"
                let processors = try bundle.cgroup().read(v1: "cpuset.cpus", v2: "cpuset.cpus.effective")
                for change in [#""cpu":{"shares":2048,"quota":20000}"#, #""cpu":{"idle":1}"#, #""cpu":{"cpus":"0"}"#, #""memory":{"limit":134217728}"#] {
                    try bundle.write("{\(change),\"pids\":{\"limit\":9000000000000000000}}", to: file)
                    let result = try update(bundle, ["--resources", file])
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("pids.limit"), "\(result)")
                    let cgroup = try bundle.cgroup()
                    #expect(try cgroup.read(v1: "cpuset.cpus", v2: "cpuset.cpus.effective") == processors, "\(change)")
                    #expect(try cgroup.read(v1: "cpu.cfs_quota_us", v2: "cpu.max") == (isVersion2 ? "1234 50000" : "1234"), "\(change)")
                    #expect(try cgroup.read(v1: "cpu.shares", v2: "cpu.weight") == (isVersion2 ? "59" : "512"), "\(change)")
                    #expect(try cgroup.read(v1: "cpu.idle", v2: "cpu.idle") == "0" && memory(bundle) == "67108864", "\(change)")
                    guard setting.driver == .systemd else { continue }
                    let shown = try bundle.systemctl("show", "--property=CPUWeight,CPUShares,CPUQuotaPeriodUSec", bundle.unit())
                    #expect(Set(shown.lines).isSuperset(of: [isVersion2 ? "CPUWeight=59" : "CPUShares=512", "CPUQuotaPeriodUSec=50ms"]), "\(change) \(shown)")
                }
            }
        }

        @Test(arguments: CgroupSetting.delegated)
        func aLimitBelowTheUsageIsRefusedWhereAskedFor(_ setting: CgroupSetting) throws {
            try withLimits(setting) { bundle in
                let file = "\(bundle.directory)/resources.json"
                try bundle.write(#"{"memory":{"limit":4096,"checkBeforeUpdate":true}}"#, to: file)
                let result = try update(bundle, ["--resources", file])
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("memory.limit 4096"), "\(result)")
                #expect(try memory(bundle) == "67108864" && bundle.status() == "running")
            }
        }

        @Test func badInputIsRefused() throws {
            try withLimits(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                for (options, text) in [
                    (["--memory", "lots"], "--memory"), (["--resources", "/nonexistent/file"], "/nonexistent/file"), (["--resources", "-"], "--resources"),
                    (["--cpu-quota", "x"], "--cpu-quota"),
                ] {
                    let result = try update(bundle, options)
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(text), "\(result)")
                }
            }
        }

        @Test func aContainerThatHasStoppedIsRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                let result = try update(bundle, ["--pids-limit", "10"])
                #expect(result.status == 1 && result.stderr.contains("container not running"), "\(result)")
            }
        }

        /// The kernel has no such limits any more.
        @Test func kernelMemoryIsAWarning() throws {
            try withLimits(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                let result = try update(bundle, ["--kernel-memory", "1m", "--kernel-memory-tcp", "1m"])
                #expect(result.succeeded && result.errors.count == 2, "\(result)")
            }
        }
    }
}
