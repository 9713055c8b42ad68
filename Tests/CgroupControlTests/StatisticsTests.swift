import Foundation
import RuntimeSpec
import Testing

@testable import CgroupControl

/// Files that the test makes, read as if they were the kernel's.
@Suite struct StatisticsTests {
    private func statistics(_ directories: [String: String], _ files: [String: String]) throws -> JSONText {
        let top = FileManager.default.temporaryDirectory.appendingPathComponent("statistics-\(UUID().uuidString)").path
        defer {
            do { try FileManager.default.removeItem(atPath: top) } catch { Issue.record(error) }
        }
        try FileManager.default.createDirectory(atPath: top, withIntermediateDirectories: true)
        for directory in Set(directories.values) { try FileManager.default.createDirectory(atPath: "\(top)/\(directory)", withIntermediateDirectories: true) }
        for (name, text) in files { try text.write(toFile: "\(top)/\(name)", atomically: false, encoding: .utf8) }
        let cgroup = ContainerCgroup(directories: directories.mapValues { "\(top)/\($0)" })
        return JSONText(ContainerEvent(type: "stats", id: "demo", data: try cgroup.statistics()).encoded(pretty: false))
    }

    /// Parts of a text of JSON, in their order.
    private struct JSONText {
        let text: String
        init(_ text: String) { self.text = text }
        func has(_ part: String) -> Bool { text.contains(part) }
    }

    private static let noCPUSet =
        #""cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,"memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,"sched_relax_domain_level":0}"#

    @Test func withoutAnyControllerEveryFieldThatRuncAlwaysHasIsThere() throws {
        let json = try statistics(["": "v2"], [:])
        let none = #"{"limit":0,"failcnt":0}"#
        #expect(
            json.text == #"{"type":"stats","id":"demo","data":{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},"# + Self.noCPUSet
                + #","memory":{"usage":\#(none),"swap":\#(none),"kernel":\#(none),"kernelTCP":\#(none)},"pids":{},"blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":null}}"#)
    }

    @Test func version1() throws {
        let json = try statistics(
            ["cpu": "cpu", "cpuacct": "cpu", "cpuset": "cpuset", "memory": "memory", "pids": "pids", "blkio": "blkio", "hugetlb": "hugetlb"],
            [
                "cpu/cpuacct.usage": "1234\n", "cpu/cpuacct.usage_percpu": "1000 234 \n", "cpu/cpuacct.stat": "user 3\nsystem 2\n",
                "cpu/cpuacct.usage_all": "cpu user system\n0 600 400\n1 200 34\n",
                "cpu/cpu.stat": "nr_periods 7\nnr_throttled 5\nthrottled_time 99\n",
                "cpuset/cpuset.cpus": "0-1,3\n", "cpuset/cpuset.mems": "0\n", "cpuset/cpuset.sched_relax_domain_level": "-1\n",
                "cpuset/cpuset.sched_load_balance": "1\n",
                "memory/memory.stat": "cache 5\nrss 6\n", "memory/memory.usage_in_bytes": "11\n", "memory/memory.max_usage_in_bytes": "12\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n", "memory/memory.failcnt": "1\n",
                "memory/memory.memsw.usage_in_bytes": "21\n", "memory/memory.kmem.usage_in_bytes": "31\n", "memory/memory.kmem.tcp.usage_in_bytes": "41\n",
                "pids/pids.current": "2\n", "pids/pids.max": "100\n",
                "blkio/blkio.bfq.io_serviced_recursive": "Total 0\n",
                "blkio/blkio.throttle.io_serviced_recursive": "8:0 Read 3\n8:0 Total 3\nTotal 3\n",
                "blkio/blkio.throttle.io_service_bytes_recursive": "8:0 Read 4096\nTotal 4096\n",
                "hugetlb/hugetlb.2MB.usage_in_bytes": "2097152\n", "hugetlb/hugetlb.2MB.max_usage_in_bytes": "4194304\n", "hugetlb/hugetlb.2MB.failcnt": "3\n",
                "hugetlb/hugetlb.1GB.usage_in_bytes": "0\n", "hugetlb/hugetlb.1GB.rsvd.usage_in_bytes": "1073741824\n",
            ])
        for part in [
            #""cpu":{"usage":{"total":1234,"percpu":[1000,234],"percpu_kernel":[400,34],"percpu_user":[600,200],"kernel":20000000,"user":30000000},"throttling":{"periods":7,"throttledPeriods":5,"throttledTime":99}}"#,
            #""cpuset":{"cpus":[0,1,3],"cpu_exclusive":0,"mems":[0],"#, #""sched_load_balance":1,"sched_relax_domain_level":-1}"#,
            #""memory":{"cache":5,"usage":{"limit":9223372036854771712,"usage":11,"max":12,"failcnt":1},"swap":{"limit":0,"usage":21,"failcnt":0},"kernel":{"limit":0,"usage":31,"failcnt":0},"kernelTCP":{"limit":0,"usage":41,"failcnt":0},"raw":{"cache":5,"rss":6}}"#,
            #""pids":{"current":2,"limit":100}"#,
            #""blkio":{"ioServiceBytesRecursive":[{"major":8,"op":"Read","value":4096}],"ioServicedRecursive":[{"major":8,"op":"Read","value":3},{"major":8,"op":"Total","value":3}]}"#,
            #""hugetlb":{"1GB":{"usage":1073741824,"failcnt":0},"2MB":{"usage":2097152,"max":4194304,"failcnt":3}}"#,
        ] { #expect(json.has(part), "\(part)\n\(json.text)") }
    }

    @Test func version2InTheUnitsOfVersion1() throws {
        let pressure = "some avg10=1.50 avg60=0.00 avg300=0.25 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
        let zero = #"{"avg10":0,"avg60":0,"avg300":0,"total":0}"#
        let psi = #""psi":{"some":{"avg10":1.5,"avg60":0,"avg300":0.25,"total":7},"full":\#(zero)}"#
        let json = try statistics(
            ["": "v2"],
            [
                "v2/cpu.stat": "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 3\nnr_throttled 2\nthrottled_usec 8\n", "v2/cpu.pressure": pressure,
                "v2/memory.stat": "anon 1\nfile 4096\n", "v2/memory.current": "100\n", "v2/memory.max": "1000\n", "v2/memory.peak": "500\n",
                "v2/memory.swap.current": "10\n", "v2/memory.swap.max": "50\n", "v2/memory.swap.peak": "20\n", "v2/memory.pressure": pressure,
                "v2/pids.current": "4\n", "v2/pids.max": "max\n",
                "v2/io.stat": "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n", "v2/io.pressure": pressure,
                "v2/hugetlb.2MB.current": "6\n", "v2/hugetlb.2MB.events": "max 9\n",
            ])
        for part in [
            #""cpu":{"usage":{"total":9000,"kernel":4000,"user":5000},"throttling":{"periods":3,"throttledPeriods":2,"throttledTime":8000},\#(psi)}"#,
            Self.noCPUSet,
            #""memory":{"cache":4096,"usage":{"limit":1000,"usage":100,"max":500,"failcnt":0},"swap":{"limit":1050,"usage":110,"failcnt":0}"#,
            #""raw":{"anon":1,"file":4096},\#(psi)}"#, #""pids":{"current":4}"#,
            #""blkio":{"ioServiceBytesRecursive":[{"major":8,"minor":16,"op":"Read","value":1},{"major":8,"minor":16,"op":"Write","value":2}],"ioServicedRecursive":[{"major":8,"minor":16,"op":"Read","value":3},{"major":8,"minor":16,"op":"Write","value":4}],\#(psi)}"#,
            #""hugetlb":{"2MB":{"usage":6,"failcnt":9}}"#,
        ] { #expect(json.has(part), "\(part)\n\(json.text)") }
    }

    @Test(arguments: [("max\n", "50\n"), ("1000\n", "max\n"), ("max\n", "max\n")])
    func noLimitIsTheHighestNumber(_ memory: String, _ swap: String) throws {
        let json = try statistics(
            ["": "v2"], ["v2/memory.current": "1\n", "v2/memory.max": memory, "v2/memory.swap.current": "1\n", "v2/memory.swap.max": swap])
        #expect(json.has(#""swap":{"limit":18446744073709551615,"usage":2"#), "\(json.text)")
    }

    /// Most controllers on version 1, one on version 2.
    @Test func hybrid() throws {
        let json = try statistics(
            ["": "v2", "pids": "pids"], ["pids/pids.current": "3\n", "v2/pids.current": "9\n", "v2/hugetlb.2MB.current": "6\n"])
        #expect(json.has(#""pids":{"current":3}"#) && json.has(#""hugetlb":{"2MB":{"usage":6"#), "\(json.text)")
    }

    @Test func withoutACgroupThereIsNothingToTell() {
        #expect(throws: CgroupError.self) { try ContainerCgroup().statistics() }
    }

    @Test(arguments: [("0-2,5\n", [0, 1, 2, 5] as [UInt16]), ("\n", []), ("3", [3]), ("2-1,x", [])])
    func lists(_ text: String, _ expected: [UInt16]) { #expect(StatisticsText.list(text) == expected) }
}
