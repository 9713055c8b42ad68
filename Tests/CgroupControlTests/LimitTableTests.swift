import RuntimeSpec
import Testing

@testable import CgroupControl

/// What each field of `linux.resources` is, in files and texts.
@Suite struct LimitTableTests {
    private static func decoded(_ json: String) throws(SpecError) -> Resources { try Resources.decode(Array(json.utf8)) }

    private static func lines(_ writes: [LimitWrite]) -> [String] {
        writes.map { "\($0.field) | \($0.controller) | " + $0.entries.map { "\($0.file)=\($0.text)" }.joined(separator: " or ") }
    }

    @Test(arguments: [
        (#"{"cpu":{"shares":512}}"#, ["cpu.shares | cpu | cpu.shares=512"], ["cpu.shares | cpu | cpu.weight=59"]),
        (#"{"cpu":{"shares":0,"quota":0,"period":0}}"#, [], []),
        (#"{"cpu":{"quota":50000}}"#, ["cpu.quota | cpu | cpu.cfs_quota_us=50000"], ["cpu.quota | cpu | cpu.max=50000"]),
        (#"{"cpu":{"quota":-1}}"#, ["cpu.quota | cpu | cpu.cfs_quota_us=-1"], ["cpu.quota | cpu | cpu.max=max"]),
        (
            #"{"cpu":{"quota":50000,"period":20000,"burst":10}}"#,
            ["cpu.period | cpu | cpu.cfs_period_us=20000", "cpu.quota | cpu | cpu.cfs_quota_us=50000", "cpu.burst | cpu | cpu.cfs_burst_us=10"],
            ["cpu.quota | cpu | cpu.max=50000 20000", "cpu.burst | cpu | cpu.max.burst=10"]
        ),
        (#"{"cpu":{"period":20000}}"#, ["cpu.period | cpu | cpu.cfs_period_us=20000"], ["cpu.period | cpu | cpu.max=70000 20000"]),
        (
            #"{"cpu":{"realtimeRuntime":5,"realtimePeriod":9,"idle":1}}"#,
            ["cpu.realtimePeriod | cpu | cpu.rt_period_us=9", "cpu.realtimeRuntime | cpu | cpu.rt_runtime_us=5", "cpu.idle | cpu | cpu.idle=1"],
            ["cpu.idle | cpu | cpu.idle=1"]
        ),
        (
            #"{"cpu":{"cpus":"0-1","mems":"0"}}"#, ["cpu.cpus | cpuset | cpuset.cpus=0-1", "cpu.mems | cpuset | cpuset.mems=0"],
            ["cpu.cpus | cpuset | cpuset.cpus=0-1", "cpu.mems | cpuset | cpuset.mems=0"]
        ),
        (
            #"{"memory":{"limit":100,"swap":150,"reservation":50}}"#,
            ["memory.limit | memory | memory.limit_in_bytes=100", "memory.swap | memory | memory.memsw.limit_in_bytes=150", "memory.reservation | memory | memory.soft_limit_in_bytes=50"],
            ["memory.limit | memory | memory.max=100", "memory.swap | memory | memory.swap.max=50", "memory.reservation | memory | memory.low=50"]
        ),
        (
            #"{"memory":{"limit":-1}}"#,
            ["memory.limit | memory | memory.limit_in_bytes=-1", "memory.limit | memory | memory.memsw.limit_in_bytes=-1"],
            ["memory.limit | memory | memory.max=max", "memory.limit | memory | memory.swap.max=max"]
        ),
        // The memory that is limited already.
        (#"{"memory":{"swap":4196}}"#, ["memory.swap | memory | memory.memsw.limit_in_bytes=4196"], ["memory.swap | memory | memory.swap.max=100"]),
        (
            #"{"memory":{"swappiness":0,"disableOOMKiller":true,"kernel":1,"kernelTCP":-1}}"#,
            ["memory.swappiness | memory | memory.swappiness=0", "memory.disableOOMKiller | memory | memory.oom_control=1", "memory.kernel | memory | ", "memory.kernelTCP | memory | memory.kmem.tcp.limit_in_bytes=-1"], []
        ),
        // The kernel has no other way, and takes no word for it (since 5.11).
        (#"{"memory":{"useHierarchy":true}}"#, [], []), (#"{"memory":{"useHierarchy":false}}"#, ["memory.useHierarchy | memory | "], []),
        (#"{"pids":{"limit":-1}}"#, ["pids.limit | pids | pids.max=max"], ["pids.limit | pids | pids.max=max"]),
        (#"{"pids":{"limit":0}}"#, ["pids.limit | pids | pids.max=0"], ["pids.limit | pids | pids.max=0"]),
        (
            #"{"blockIO":{"weight":1000,"leafWeight":20}}"#,
            ["blockIO.weight | blkio | blkio.bfq.weight=1000 or blkio.weight=1000", "blockIO.leafWeight | blkio | blkio.leaf_weight=20"],
            ["blockIO.weight | io | io.bfq.weight=default 1000 or io.weight=default 10000"]
        ),
        (
            #"{"blockIO":{"weightDevice":[{"major":8,"minor":1,"weight":10,"leafWeight":30}]}}"#,
            [
                "blockIO.weightDevice[0].weight | blkio | blkio.bfq.weight_device=8:1 10 or blkio.weight_device=8:1 10",
                "blockIO.weightDevice[0].leafWeight | blkio | blkio.leaf_weight_device=8:1 30",
            ], ["blockIO.weightDevice[0].weight | io | io.bfq.weight=8:1 10 or io.weight=8:1 1"]
        ),
        (
            #"{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":600}],"throttleWriteIOPSDevice":[{"major":8,"minor":16,"rate":0}]}}"#,
            ["blockIO.throttleReadBpsDevice[0] | blkio | blkio.throttle.read_bps_device=8:0 600", "blockIO.throttleWriteIOPSDevice[0] | blkio | blkio.throttle.write_iops_device=8:16 0"],
            ["blockIO.throttleReadBpsDevice[0] | io | io.max=8:0 rbps=600", "blockIO.throttleWriteIOPSDevice[0] | io | io.max=8:16 wiops=max"]
        ),
        (
            #"{"hugepageLimits":[{"pageSize":"2MB","limit":4096}]}"#,
            ["hugepageLimits[0] | hugetlb | hugetlb.2MB.rsvd.limit_in_bytes=4096", "hugepageLimits[0] | hugetlb | hugetlb.2MB.limit_in_bytes=4096"],
            ["hugepageLimits[0] | hugetlb | hugetlb.2MB.rsvd.max=4096", "hugepageLimits[0] | hugetlb | hugetlb.2MB.max=4096"]
        ),
        (
            #"{"network":{"classID":1048577,"priorities":[{"name":"eth0","priority":5}]}}"#,
            ["network.classID | net_cls | net_cls.classid=1048577", "network.priorities[0] | net_prio | net_prio.ifpriomap=eth0 5"], []
        ),
        (
            #"{"rdma":{"b":{"hcaObjects":2},"a":{"hcaHandles":3,"hcaObjects":4}}}"#,
            [#"rdma["a"] | rdma | rdma.max=a hca_handle=3 hca_object=4"#, #"rdma["b"] | rdma | rdma.max=b hca_object=2"#],
            [#"rdma["a"] | rdma | rdma.max=a hca_handle=3 hca_object=4"#, #"rdma["b"] | rdma | rdma.max=b hca_object=2"#]
        ),
    ])
    func isWritten(_ json: String, _ version1: [String], _ version2: [String]) throws {
        let resources = try Self.decoded(json)
        #expect(Self.lines(resources.version1Limits) == version1)
        #expect(Self.lines(try resources.version2Limits(CurrentLimits(cpuMax: "70000 100000\n", memoryMax: "4096\n"))) == version2)
    }

    @Test func unifiedIsWrittenLineByLine() throws {
        let writes = try Self.decoded(#"{"unified":{"io.max":"8:0 rbps=1\n8:16 wbps=2","cgroup.max.depth":"3"}}"#).unifiedLimits
        #expect(writes.map(\.entries) == [[.init("cgroup.max.depth", "3")], [.init("io.max", "8:0 rbps=1")], [.init("io.max", "8:16 wbps=2")]])
        #expect(writes.map(\.controller) == ["", "io", "io"])
        #expect(writes[1].shape == .line(key: "8:0", none: "8:0 rbps=max wbps=max riops=max wiops=max"))
    }

    @Test(arguments: [(#"{"memory":{"swap":5}}"#, "max\n"), (#"{"memory":{"limit":6,"swap":5}}"#, "max\n"), (#"{"memory":{"swap":5}}"#, "6\n")])
    func swapNeedsALimitNotAboveIt(_ json: String, _ memoryMax: String) throws {
        let resources = try Self.decoded(json)
        let error = #expect(throws: CgroupError.self) { try resources.version2Limits(CurrentLimits(memoryMax: memoryMax)) }
        #expect(error?.message.hasPrefix("linux.resources.memory.swap 5:") == true)
    }

    @Test func theUsageIsCheckedWhereAskedFor() throws {
        let writes = try Self.decoded(#"{"memory":{"limit":6,"checkBeforeUpdate":true}}"#).version2Limits(CurrentLimits())
        #expect(writes[0].requirement == .holds(usageFile: "memory.current", limitBytes: 6))
    }
}

@Suite struct ConversionTests {
    @Test(arguments: [(0, 1), (2, 1), (3, 2), (512, 59), (1000, 99), (1024, 100), (2000, 170), (262_144, 10_000), (999_999, 10_000)] as [(UInt64, UInt64)])
    func sharesBecomeAWeight(_ shares: UInt64, _ weight: UInt64) { #expect(Conversion.weight(shares: shares) == weight) }

    @Test(arguments: [(10, 1), (100, 910), (500, 4950), (1000, 10_000)] as [(UInt16, UInt64)])
    func blkioWeightBecomesAnIOWeight(_ blkio: UInt16, _ io: UInt64) { #expect(Conversion.ioWeight(blkioWeight: blkio) == io) }

    @Test(arguments: [(-1, nil, "max"), (-1, 5, "max"), (10, 4, "6"), (4, 4, "0"), (3, 4, nil), (3, nil, nil), (3, -1, nil)] as [(Int64, Int64?, String?)])
    func swapIsCountedWithoutMemory(_ both: Int64, _ memory: Int64?, _ swap: String?) {
        #expect(Conversion.swapMax(memoryAndSwap: both, memoryLimit: memory) == swap)
    }
}

@Suite struct LimitPlanTests {
    private static let v1 = AvailableControllers(version1: ["cpu", "memory"], version2: [], hasVersion2: false)
    private static let hybrid = AvailableControllers(version1: ["cpu"], version2: ["hugetlb", "cpu"], hasVersion2: true)
    private static let v2 = AvailableControllers(version1: [], version2: ["cpu", "memory", "pids", "io"], hasVersion2: true)
    private static let none = AvailableControllers(version1: [], version2: [], hasVersion2: false)

    private static let resources = #"{"cpu":{"shares":512},"memory":{"limit":100,"swappiness":1,"kernel":7},"pids":{"limit":-1},"hugepageLimits":[{"pageSize":"2MB","limit":1}],"rdma":{"a":{"hcaHandles":3}}}"#

    @Test(arguments: [
        (v1, ["cpu", "memory"], ["memory.kernel 7", "hugepageLimits[0] 2MB 1", #"rdma["a"] a hca_handle=3"#]),
        (hybrid, ["", "cpu"], ["memory.limit 100", "memory.swappiness 1", "memory.kernel 7", #"rdma["a"] a hca_handle=3"#]),
        (v2, [""], ["memory.swappiness 1", "memory.kernel 7", "hugepageLimits[0] 2MB 1", #"rdma["a"] a hca_handle=3"#]),
        (none, [], ["cpu.shares 512", "memory.limit 100", "memory.swappiness 1", "memory.kernel 7", "hugepageLimits[0] 2MB 1", #"rdma["a"] a hca_handle=3"#]),
    ])
    func eachLimitHasItsHierarchyOrIsNamed(_ available: AvailableControllers, _ keys: [String], _ unavailable: [String]) throws {
        let plan = try LimitPlan(Resources.decode(Array(Self.resources.utf8)), available)
        #expect(plan.limitedKeys.sorted() == keys)
        #expect(plan.unavailable == unavailable)
        if available == Self.hybrid {
            #expect(Set(plan.writes(in: [""]).map(\.field)) == ["hugepageLimits[0]"])
            #expect(plan.writes(in: ["cpuacct", "cpu"]).map(\.field) == ["cpu.shares"])
        }
    }

    /// It counts both there, and needs no other.
    @Test func swapOfVersion1IsNotMeasuredByVersion2() throws {
        let available = AvailableControllers(version1: ["memory"], version2: ["hugetlb"], hasVersion2: true)
        let plan = try LimitPlan(Resources.decode(Array(#"{"memory":{"swap":100}}"#.utf8)), available)
        #expect(plan.limitedKeys == ["memory"])
    }

    /// `cpu.max` takes both, in one write.
    @Test func theQuotaAndItsPeriodAreOneLimitOfVersion2() throws {
        let plan = try LimitPlan(Resources.decode(Array(#"{"cpu":{"quota":50000,"period":20000}}"#.utf8)), Self.v2)
        #expect(plan.unavailable == [] && plan.writes(in: [""]).map(\.field) == ["cpu.quota"])
    }

    @Test(arguments: [(v1, "there is no cgroup v2 here"), (hybrid, "the controller memory is not in the cgroup v2 hierarchy")])
    func aKeyOfUnifiedIsNeverLeftOut(_ available: AvailableControllers, _ why: String) throws {
        let resources = try Resources.decode(Array(#"{"unified":{"memory.high":"5"}}"#.utf8))
        let error = #expect(throws: CgroupError.self) { try LimitPlan(resources, available) }
        #expect(error?.message == #"linux.resources.unified["memory.high"] 5: "# + why)
    }

    @Test func oneWarningNamesThemAllAndStrictIsAnError() throws {
        #expect(try LimitPlan.warnings(unavailable: [], strict: true) == [])
        let warnings = try LimitPlan.warnings(unavailable: ["a 1", "b 2"], strict: false)
        #expect(warnings.count == 1 && warnings[0].hasSuffix("a 1, b 2"))
        #expect(throws: CgroupError.self) { try LimitPlan.warnings(unavailable: ["a 1"], strict: true) }
    }

    /// What the kernel has and no hierarchy of version 1 uses is there, though it was not given to us.
    @Test func controllersThatWereKeptFromUsAreThere() {
        let table = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t9\t1\nmemory\t4\t9\t1\nblkio\t0\t9\t1\npids\t0\t9\t0\nnet_cls\t0\t1\t1\n"
        #expect(AvailableControllers.unused(table) == ["cpu", "blkio", "io"])
    }
}
