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
        }

        /// What the guest's kernel has not (CONFIG_RT_GROUP_SCHED); the others: `LimitTests`.
        static let version1: [Field] = [
            Field("cpu.realtimeRuntime", 1000, "cpu.rt_runtime_us", "1000"),
            Field("cpu.realtimePeriod", 500_000, "cpu.rt_period_us", "500000"),
            Field("pids.limit", -1, "pids.max", "max"),
        ]

        @Test(.needs(.cgroupV1), arguments: Self.version1)
        func theKernelHasTheLimit(_ field: Field) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.\(field.name)"] = field.value }
                try bundle.runDetached("exec sleep 1000")
                #expect(try bundle.limit(field.file).hasPrefix(field.text))
            }
        }

        // MARK: what cannot be

        /// Names of cgroups that a creation had noted when it was interrupted, and that somebody else has taken since; 1 is the
        /// inode of none of them.
        @Test(arguments: [false, true])
        func anInterruptedCreationTakesNothingOfOthers(_ wasMade: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let directories = Set(try bundle.cgroup().directories.values.filter { $0.hasSuffix(bundle.id) })
                try #require(!directories.isEmpty)
                let other = bundle.anotherID()
                try bundle.makeDirectory("\(bundle.stateRoot)/\(other)", mode: 0o700)
                let lines = directories.sorted() + (wasMade ? ["confirmed"] + directories.map { "1:\($0)" } : [])
                try bundle.write(lines.map { $0 + "\0" }.joined(), to: "\(bundle.stateRoot)/\(other)/cgroups.new", mode: 0o600)
                let deleted = try bundle.runc("delete", "--force", other)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
                #expect(try bundle.status() == "running")
                #expect(Set(try bundle.cgroup().directories.values).isSuperset(of: directories))
            }
        }

        /// Real time is this host's kernel's, not the guest's.
        @Test(.needs(.cgroupV1)) func aBadValueOfRealTimeIsNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.resources.cpu"] = ["realtimePeriod": 1000, "realtimeRuntime": 2000] }
                let result = try bundle.sh("echo started")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty && result.stderr.contains("cpu.realtime"), "\(result)")
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

        /// On a tree that the test makes: no machine of the tests has resctrl.
        @Test func theSchemataOfAClassAreChangedAndItsUseIsTold() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let none = try bundle.runc("update", "--l3-cache-schema", "L3:0=3", bundle.id)
                #expect(none.status == 1 && none.stderr.contains("no class of service"), "\(none)")

                let root = "\(bundle.directory)/resctrl"
                for directory in ["", "/gold", "/gold/mon_data", "/gold/mon_data/mon_L3_00", "/info", "/info/L3"] { try bundle.makeDirectory(root + directory) }
                for (file, text) in [
                    "schemata": "L3:0=f\n", "gold/schemata": "    L3:0=7\n", "gold/mon_data/mon_L3_00/llc_occupancy": "4096\n", "info/L3/cbm_mask": "f\n",
                    "info/L3/min_cbm_bits": "1\n", "info/L3/num_closids": "16\n",
                ] { try bundle.write(text, to: "\(root)/\(file)") }
                var state = try bundle.savedState()
                state["intel_rdt_path"] = .string("\(root)/gold")
                state["config.intel_rdt"] = ["closID": "gold"]
                try bundle.write(state.serialized(), to: "\(bundle.stateRoot)/\(bundle.id)/state.json")

                let failed = try bundle.runc("update", "--l3-cache-schema", "    L3:0=1", "--pids-limit", "9000000000000000000", bundle.id)
                #expect(failed.status == 1 && failed.stderr.contains("pids.limit"), "\(failed)")
                #expect(try bundle.read("\(root)/gold/schemata") == "    L3:0=7\n")
                let changed = try bundle.runc("update", "--l3-cache-schema", "    L3:0=3", bundle.id)
                #expect(changed.succeeded && changed.stderr.isEmpty, "\(changed)")
                #expect(try bundle.read("\(root)/gold/schemata") == "    L3:0=3\n")
                #expect(try bundle.savedState()["config.intel_rdt.l3CacheSchema"] == "    L3:0=3")
                let event = try JSONValue(parsing: bundle.runc("events", "--stats", bundle.id).stdout)
                #expect(event["data.intel_rdt"] == [
                    "l3_cache_info": ["cbm_mask": "f", "min_cbm_bits": 1, "num_closids": 16], "l3_cache_schema_root": "L3:0=f", "l3_cache_schema": "L3:0=3",
                    "cmt_stats": [["llc_occupancy": 4096]],
                ], "\(event)")
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
