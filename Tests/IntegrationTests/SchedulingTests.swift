import Foundation
import Testing

extension IntegrationTests {
    /// How the kernel runs the container's processes, init and those of `exec`.
    @Suite struct SchedulingTests {
        /// Nice value, real-time priority and policy, of a child. Man: proc_pid_stat(5), fields 19, 40, 41
        private static let script = "echo $(cut -d ' ' -f 19,40,41 /proc/self/stat)"

        @Test(arguments: [
            (.root, ["policy": "SCHED_BATCH", "nice": 5], "5 0 3"), (.root, ["policy": "SCHED_OTHER", "nice": -5], "-5 0 0"),
            (.root, ["policy": "SCHED_IDLE"], "0 0 5"), (.oneID, ["policy": "SCHED_BATCH", "nice": 5], "5 0 3"),
            (.subordinateRanges, ["policy": "SCHED_OTHER", "nice": 7], "7 0 0"), (.rootInUserNamespace, ["policy": "SCHED_IDLE"], "0 0 5"),
            // A child of a process with this flag has none of it.
            (.root, ["policy": "SCHED_DEADLINE", "runtime": 1_000_000, "deadline": 10_000_000, "period": 10_000_000, "flags": ["SCHED_FLAG_RESET_ON_FORK"]], "0 0 0"),
        ] as [(Identity, JSONValue, String)])
        func hasItsScheduler(_ identity: Identity, _ scheduler: JSONValue, _ expected: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.scheduler"] = scheduler }
                try bundle.runDetached("\(Self.script) > /tmp/of-init; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init")) == expected + "\n" })
                #expect(try bundle.execOutput(Self.script) == expected)
            }
        }

        /// On v1 a cgroup has no time for these policies, until it is given some of it.
        @Test(arguments: [("SCHED_FIFO", 10, "0 10 1"), ("SCHED_RR", 3, "0 3 2")])
        func hasARealTimePolicy(_ policy: String, _ priority: Int, _ expected: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.scheduler"] = ["policy": .string(policy), "priority": .init(priority)] }
                let result = try bundle.sh(Self.script)
                if access("/sys/fs/cgroup/cpu/cpu.rt_runtime_us", F_OK) == 0 {
                    #expect(result.status == 1 && result.stderr.contains("linux.resources.cpu.realtimeRuntime"), "\(result)")
                } else {
                    #expect(result.text == expected, "\(result)")
                }
            }
        }

        @Test func hasADeadline() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["process.scheduler"] = ["policy": "SCHED_DEADLINE", "runtime": 1_000_000, "deadline": 10_000_000, "period": 10_000_000]
                    $0.setArguments(["cut", "-d", " ", "-f", "41", "/proc/self/stat"])
                }
                let result = try bundle.run()
                #expect(result.text == "6", "\(result)")
            }
        }

        @Test(arguments: [
            (.oneID, "scheduler", ["policy": "SCHED_FIFO", "priority": 1]), (.oneID, "scheduler", ["policy": "SCHED_OTHER", "nice": -1]),
            (.rootInUserNamespace, "ioPriority", ["class": "IOPRIO_CLASS_RT", "priority": 0]), (.root, "scheduler", ["policy": "SCHED_ISO"]),
            (.root, "scheduler", ["policy": "SCHED_FIFO", "priority": 100]),
        ] as [(Identity, String, JSONValue)])
        func whatTheKernelRefusesIsNamed(_ identity: Identity, _ field: String, _ value: JSONValue) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.\(field)"] = value }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains("process.\(field)"), "\(result)")
            }
        }

        @Test(arguments: [
            (.root, "IOPRIO_CLASS_RT", "realtime: prio 4"), (.root, "IOPRIO_CLASS_BE", "best-effort: prio 4"),
            (.oneID, "IOPRIO_CLASS_BE", "best-effort: prio 4"), (.subordinateRanges, "IOPRIO_CLASS_IDLE", "idle"),
            (.rootInUserNamespace, "IOPRIO_CLASS_BE", "best-effort: prio 4"),
        ] as [(Identity, String, String)])
        func hasItsIOPriority(_ identity: Identity, _ name: String, _ expected: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.ioPriority"] = ["class": .string(name), "priority": 4] }
                let script = "ionice -p $$"
                try bundle.runDetached("\(script) > /tmp/of-init; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init")) == expected + "\n" })
                #expect(try bundle.execOutput(script) == expected)
            }
        }

        /// The container's own process has nothing of it; `exec` has what its process.json, or the container's process, says.
        @Test(arguments: [Identity.root, .oneID, .rootInUserNamespace])
        func execHasItsCPUs(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let script = "grep Cpus_allowed_list /proc/self/status | cut -f 2"
                try bundle.edit { $0["process.execCPUAffinity"] = ["initial": "0", "final": "1"] }
                try bundle.runDetached("\(script) > /tmp/of-init; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init"))?.contains("\n") == true })
                #expect(try bundle.read("\(bundle.rootfs)/tmp/of-init") != "1\n")
                #expect(try bundle.execOutput(script) == "1")
                for (affinity, expected) in [(["initial": "1"], "1"), (["final": "0"], "0")] as [(JSONValue, String)] {
                    try bundle.write(
                        JSONValue.object(["args": ["sh", "-c", .string(script)], "cwd": "/", "env": ["PATH=/bin"], "execCPUAffinity": affinity]).serialized(),
                        to: "\(bundle.directory)/process.json")
                    let result = try bundle.runc("exec", "--process", "\(bundle.directory)/process.json", bundle.id)
                    #expect(result.text == expected, "\(result)")
                }
            }
        }

        /// It is the cpuset that counts.
        @Test(arguments: [Identity.root, .oneID, .rootInUserNamespace])
        func theCallersCPUsAreNotTheContainers(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let script = "grep Cpus_allowed_list /proc/self/status | cut -f 2"
                let all = try bundle.command(["taskset", "--cpu-list", "0-1023", "sh", "-c", script]).run().text
                func onOneCPU(_ arguments: [String]) throws -> CommandResult {
                    try bundle.runtimeCommand(arguments, through: ["taskset", "--cpu-list", "0"]).run()
                }
                #expect(all != "0", "the host has one CPU only")
                try bundle.edit { $0.setShell("\(script) > /tmp/of-init; while :; do sleep 0.05; done") }
                let run = try onOneCPU(["run", "--detach", bundle.id])
                try #require(run.succeeded, "\(run)")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init")) == all + "\n" })
                let exec = try onOneCPU(["exec", bundle.id, "sh", "-c", script])
                #expect(exec.text == all, "\(exec)")
            }
        }

        @Test func cpusThatAreNotThereAreNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.execCPUAffinity"] = ["final": "8000"] }
                try bundle.runDetached()
                let result = try bundle.exec(["true"])
                #expect(result.status == 255 && result.stderr.contains("execCPUAffinity"), "\(result)")
            }
        }

        @Test(.needs(.memoryPolicy), arguments: [
            (.root, ["mode": "MPOL_BIND", "nodes": "0"], "bind:0"), (.oneID, ["mode": "MPOL_INTERLEAVE", "nodes": "0"], "interleave:0"),
            (.subordinateRanges, ["mode": "MPOL_PREFERRED", "nodes": "0"], "prefer:0"),
            (.rootInUserNamespace, ["mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]], "bind=static:0"),
            (.root, ["mode": "MPOL_PREFERRED_MANY", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]], "prefer (many)=relative:0"),
            (.root, ["mode": "MPOL_LOCAL"], "local"), (.root, ["mode": "MPOL_DEFAULT"], "default"),
        ] as [(Identity, JSONValue, String)])
        func hasItsMemoryPolicy(_ identity: Identity, _ policy: JSONValue, _ expected: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.memoryPolicy"] = policy }
                let script = "grep -m 1 '\\[heap\\]\\|heap' /proc/self/numa_maps"
                try bundle.runDetached("\(script) > /tmp/of-init; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init"))?.contains(" \(expected) ") == true })
                #expect(try bundle.execOutput(script).contains(" \(expected) "))
            }
        }

        @Test(.needs(.memoryPolicy)) func nodesThatAreNotThereAreNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.memoryPolicy"] = ["mode": "MPOL_BIND", "nodes": "999"] }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains("linux.memoryPolicy") && result.stdout.isEmpty, "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func hasItsPersonality(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.personality"] = ["domain": "LINUX32"] }
                try bundle.runDetached("uname -m > /tmp/of-init; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/tmp/of-init")) == "i686\n" })
                #expect(try bundle.execOutput("uname -m") == "i686")
            }
        }
    }
}
