import Foundation
import Testing

extension IntegrationTests {
    /// `linux.resources` on the hierarchies of this host, each limit read back from the kernel.
    @Suite struct ResourceTests {
        struct Field: Sendable, CustomTestStringConvertible {
            let name: String
            let value: JSONValue
            let file: String
            let text: String

            init(_ name: String, _ value: JSONValue, _ file: String, _ text: String) {
                (self.name, self.value, self.file, self.text) = (name, value, file, text)
            }

            var testDescription: String { name }
            var controller: String { String(file.prefix { $0 != "." }) }
        }

        /// Without the groups that need another of the same test.
        static let version1: [Field] = [
            Field("memory.limit", 104_857_600, "memory.limit_in_bytes", "104857600"),
            Field("memory.reservation", 52_428_800, "memory.soft_limit_in_bytes", "52428800"),
            Field("memory.swappiness", 7, "memory.swappiness", "7"),
            Field("memory.disableOOMKiller", true, "memory.oom_control", "oom_kill_disable 1"),
            Field("cpu.shares", 512, "cpu.shares", "512"), Field("cpu.quota", 50_000, "cpu.cfs_quota_us", "50000"),
            Field("cpu.period", 250_000, "cpu.cfs_period_us", "250000"), Field("cpu.idle", 1, "cpu.idle", "1"),
            Field("cpu.realtimeRuntime", 1000, "cpu.rt_runtime_us", "1000"),
            Field("cpu.realtimePeriod", 500_000, "cpu.rt_period_us", "500000"),
            Field("cpu.cpus", "0", "cpuset.cpus", "0"), Field("cpu.mems", "0", "cpuset.mems", "0"),
            Field("pids.limit", 64, "pids.max", "64"), Field("pids.limit", -1, "pids.max", "max"), Field("pids.limit", 0, "pids.max", "0"),
            Field("blockIO.weight", 200, "blkio.bfq.weight", "200"),
        ]

        @Test(.needs(.cgroupV1), arguments: Self.version1)
        func theKernelHasTheLimit(_ field: Field) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.\(field.name)"] = field.value }
                try bundle.runDetached("exec sleep 1000")
                #expect(try bundle.limit(field.file).hasPrefix(field.text))
            }
        }

        /// Values that the kernel takes in one order only.
        @Test(.needs(.cgroupV1)) func limitsThatDependOnEachOtherHoldTogether() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.resources.memory"] = ["limit": 67_108_864, "swap": 134_217_728]
                    $0["linux.resources.cpu"] = ["quota": 20_000, "period": 50_000, "burst": 20_000]
                }
                try bundle.runDetached("exec sleep 1000")
                for (file, text) in [
                    ("memory.limit_in_bytes", "67108864"), ("memory.memsw.limit_in_bytes", "134217728"), ("cpu.cfs_quota_us", "20000"),
                    ("cpu.cfs_period_us", "50000"), ("cpu.cfs_burst_us", "20000"),
                ] { #expect(try bundle.limit(file) == text) }
            }
        }

        // MARK: effects

        @Test func tooMuchMemoryIsKilledFor() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.memory"] = ["limit": 16_777_216, "swap": 16_777_216] }
                let result = try bundle.sh("head -c 100000000 /dev/zero | tail -c 99999999 | wc -c; echo went on")
                #expect(result.text.hasSuffix("went on") && !result.text.contains("99999999"), "\(result)")
            }
        }

        @Test func aForkBeyondTheLimitIsRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 4] }
                let result = try bundle.sh("for i in 1 2 3 4 5 6; do sleep 5 & done; wait")
                #expect(result.stderr.contains("can't fork"), "\(result)")
            }
        }

        @Test(.needs(.cgroupV1)) func theQuotaThrottles() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.cpu"] = ["quota": 5000, "period": 100_000] }
                try bundle.runDetached("while :; do :; done")
                let stat = "\(try bundle.cgroup().directory("cpu"))/cpu.stat"
                #expect(try eventually { try !bundle.read(stat).contains("nr_throttled 0\n") })
            }
        }

        static let screen: JSONValue = [["path": "/dev/screen", "type": "c", "major": 7, "minor": 0, "fileMode": 0o666]]

        /// A node may be made of any device, and is of no use without a rule.
        @Test(arguments: [CgroupView.asMounted, .unified])
        func aDeviceWithoutARuleIsDenied(_ view: CgroupView) throws {
            try withBundle(CgroupSetting(identity: .root, driver: .cgroupfs, view: view)) { bundle in
                try bundle.edit { $0["linux.devices"] = Self.screen }
                let script = "(exec 3< /dev/screen) && echo opened; echo x > /dev/null && head -c1 /dev/zero | wc -c"
                let denied = try bundle.sh(script)
                #expect(denied.stderr.contains("Operation not permitted") && denied.text == "1", "\(denied)")
                try bundle.edit {
                    $0["linux.resources.devices"] = [["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 7, "minor": 0, "access": "r"]]
                }
                #expect(try bundle.output(script) == "opened\n1")
            }
        }

        // MARK: what cannot be

        static let bad: [(field: String, value: JSONValue, text: String)] = [
            ("memory.limit", -2, "memory.limit"), ("memory", ["limit": 4_194_304, "swap": 4096], "memory.swap: 4096"),
            ("cpu.shares", 262_145, "262145"), ("cpu.cpus", "0-4095", "0-4095"), ("pids.limit", 9_000_000_000_000_000_000, "pids.limit 9000000000000000000"),
            ("unified", ["no.such": "1"], "unified[\"no.such\"] 1"), ("devices", [["allow": true, "access": "x"]], "devices[0].access"),
        ]

        @Test(arguments: bad.indices)
        func aBadValueIsNamedBeforeAnythingStarts(_ index: Int) throws {
            let bad = Self.bad[index]
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.\(bad.field)"] = bad.value }
                let result = try bundle.sh("echo started")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains("linux.resources.") && result.stderr.contains(bad.text), "\(result)")
            }
        }

        /// The controller is there, but not for this user: an error that names both, and a way out.
        @Test(arguments: Identity.rootless)
        func aLimitThatIsNotDelegatedIsAnError(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 100] }
                let result = try bundle.sh("echo started")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains("linux.resources.pids.limit 100") && result.stderr.contains("controller pids") && result.stderr.contains("hint"), "\(result)")
            }
        }

        /// A hierarchy that cannot be written: (arguments, limits, works). What a rootful container misses is an error; without
        /// full access to cgroups only what was asked for is missed.
        static let refused: [([String], Bool, Bool)] = [
            ([], false, false), ([], true, false), (["--rootless=true"], false, true), (["--rootless=true"], true, false),
        ]

        @Test(.needs(.cgroupV1), arguments: refused)
        func aReadOnlyHierarchyIsForgivenByTheRules(_ global: [String], _ limits: Bool, _ works: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.setArguments(["echo", "ran"])
                    if limits { $0["linux.resources.pids"] = ["limit": 100] }
                }
                let script = "mount --bind /sys/fs/cgroup/pids /sys/fs/cgroup/pids && mount -o remount,bind,ro /sys/fs/cgroup/pids && exec \"$@\""
                let result = try bundle.command(
                    ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", RuntimeUnderTest.path, "--root", bundle.stateRoot]
                        + global + ["run", bundle.id]
                ).run()
                #expect(result.succeeded == works && result.text == (works ? "ran" : ""), "\(result)")
                if !works { #expect(result.stderr.contains("read-only file system") && result.stderr.contains("pids.limit 100") == limits, "\(result)") }
            }
        }

        /// Nobody here can have it: one line, whoever asks; with --strict-limits an error.
        @Test(arguments: Identity.allCases)
        func aLimitThatThisHostHasNotIsAWarning(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.resources"] = ["rdma": ["mlx5_1": ["hcaHandles": 3]], "memory": ["kernel": 4096]] }
                let result = try bundle.sh("echo ran")
                #expect(result.succeeded && result.text == "ran" && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("memory.kernel 4096, rdma"), "\(result)")
                let strict = try bundle.run(global: ["--strict-limits"])
                #expect(strict.status == 1 && strict.errors.count == 1 && strict.stdout.isEmpty, "\(strict)")
            }
        }

        @Test func aClassOfServiceNeedsResctrl() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.intelRdt"] = ["closID": "gold"] }
                let result = try bundle.sh("echo started")
                #expect(result.status == 1 && result.stdout.isEmpty && result.stderr.contains("linux.intelRdt: no resctrl is mounted"), "\(result)")
            }
        }

        /// The default configuration has device rules: nobody needs to be told.
        @Test(arguments: Identity.allCases, [[], ["--strict-limits"]])
        func deviceRulesAreNoLimits(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.resources.devices"] = [["allow": false, "access": "rwm"]] }
                let result = try bundle.sh("true", global: options)
                #expect(result.succeeded && result.errors.isEmpty, "\(result)")
            }
        }
    }
}

extension Bundle {
    /// What a file of version 1 says of the container.
    func limit(_ file: String) throws -> String { try cgroup().read(v1: file, v2: file) }
}
