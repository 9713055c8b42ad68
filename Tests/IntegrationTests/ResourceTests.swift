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
    }
}

extension Bundle {
    /// What a file of version 1 says of the container.
    func limit(_ file: String) throws -> String { try cgroup().read(v1: file, v2: file) }
}
