import RuntimeSpec
import Testing

@testable import CgroupControl

@Suite struct LimitPropertiesTests {
    private static let version1 = AvailableControllers(version1: ["cpu", "cpuset", "memory", "pids", "blkio"], version2: [], hasVersion2: false)
    private static let version2 = AvailableControllers(version1: [], version2: ["cpu", "cpuset", "memory", "pids", "io"], hasVersion2: true)
    private static let infinity = BusValue.uint64(.max)

    private func properties(
        _ json: String, _ available: AvailableControllers, _ current: CurrentLimits = CurrentLimits(), systemd: Int = 252
    ) throws -> [UnitProperty] {
        let resources = try Resources.decode(Array(json.utf8))
        return LimitProperties.properties(of: try LimitPlan(resources, available, current), current, managerVersion: systemd)
    }

    @Test(arguments: [
        (#"{}"#, []),
        (#"{"cpu": {"shares": 1024}}"#, [UnitProperty("CPUWeight", .uint64(100))]),
        (#"{"cpu": {"quota": 50000, "period": 100000}}"#, [UnitProperty("CPUQuotaPeriodUSec", .uint64(100_000)), UnitProperty("CPUQuotaPerSecUSec", .uint64(500_000))]),
        (#"{"cpu": {"quota": 50000}}"#, [UnitProperty("CPUQuotaPerSecUSec", .uint64(500_000))]),
        (#"{"cpu": {"quota": 1234, "period": 50000}}"#, [UnitProperty("CPUQuotaPeriodUSec", .uint64(50_000)), UnitProperty("CPUQuotaPerSecUSec", .uint64(30_000))]),
        (#"{"cpu": {"quota": 1000, "period": 1000000}}"#, [UnitProperty("CPUQuotaPeriodUSec", .uint64(1_000_000)), UnitProperty("CPUQuotaPerSecUSec", .uint64(10_000))]),
        (#"{"cpu": {"quota": -1, "period": 20000}}"#, [UnitProperty("CPUQuotaPeriodUSec", .uint64(20_000)), UnitProperty("CPUQuotaPerSecUSec", infinity)]),
        (#"{"cpu": {"quota": 9223372036854775807}}"#, [UnitProperty("CPUQuotaPerSecUSec", infinity)]),
        (#"{"cpu": {"cpus": "0-3,9", "mems": "0"}}"#, [
            UnitProperty("AllowedCPUs", .array(of: "y", [.byte(0x0f), .byte(0x02)])), UnitProperty("AllowedMemoryNodes", .array(of: "y", [.byte(1)])),
        ]),
        (#"{"cpu": {"cpus": "0-4294967295"}}"#, []),
        (#"{"cpu": {"idle": 1}}"#, [UnitProperty("CPUWeight", .uint64(0))]),
        // The weight that a unit has by itself.
        (#"{"cpu": {"idle": 0}}"#, [UnitProperty("CPUWeight", infinity)]),
        (#"{"cpu": {"idle": 0, "shares": 1024}}"#, [UnitProperty("CPUWeight", .uint64(100))]),
        (#"{"cpu": {"idle": 1, "shares": 1024}}"#, [UnitProperty("CPUWeight", .uint64(0))]),
        (#"{"memory": {"limit": 1000, "swap": 3000, "reservation": 500}}"#, [
            UnitProperty("MemoryMax", .uint64(1000)), UnitProperty("MemorySwapMax", .uint64(2000)), UnitProperty("MemoryLow", .uint64(500)),
        ]),
        (#"{"memory": {"limit": -1}}"#, [UnitProperty("MemoryMax", infinity), UnitProperty("MemorySwapMax", infinity)]),
        (#"{"pids": {"limit": 10}}"#, [UnitProperty("TasksMax", .uint64(10))]),
        (#"{"pids": {"limit": -1}}"#, [UnitProperty("TasksMax", infinity)]),
        (#"{"pids": {"limit": 0}}"#, []),
        (#"{"blockIO": {"weight": 1000}}"#, [UnitProperty("IOWeight", .uint64(10_000))]),
        (#"{"unified": {"memory.high": "max", "memory.min": "4096", "cpu.max": "max 30000", "memory.oom.group": "1"}}"#, [
            UnitProperty("MemoryHigh", infinity), UnitProperty("MemoryMin", .uint64(4096)),
            UnitProperty("CPUQuotaPeriodUSec", .uint64(30_000)), UnitProperty("CPUQuotaPerSecUSec", infinity),
        ]),
        // The value of `unified` is the last word.
        (#"{"pids": {"limit": 10}, "unified": {"pids.max": "20"}}"#, [UnitProperty("TasksMax", .uint64(20))]),
    ] as [(String, [UnitProperty])])
    func version2(_ resources: String, _ expected: [UnitProperty]) throws {
        #expect(try properties(resources, Self.version2) == expected)
    }

    @Test(arguments: [
        (#"{"cpu": {"shares": 1024, "cpus": "0"}}"#, [UnitProperty("CPUShares", .uint64(1024))]),
        (#"{"cpu": {"idle": 0}}"#, []),
        (#"{"cpu": {"quota": 50000, "period": 100000}}"#, [UnitProperty("CPUQuotaPeriodUSec", .uint64(100_000)), UnitProperty("CPUQuotaPerSecUSec", .uint64(500_000))]),
        (#"{"cpu": {"quota": -1}}"#, [UnitProperty("CPUQuotaPerSecUSec", infinity)]),
        (#"{"memory": {"limit": 1000, "swap": 3000, "reservation": 500}}"#, [UnitProperty("MemoryLimit", .uint64(1000))]),
        (#"{"memory": {"limit": -1}}"#, [UnitProperty("MemoryLimit", infinity)]),
        (#"{"pids": {"limit": 10}}"#, [UnitProperty("TasksMax", .uint64(10))]),
        (#"{"blockIO": {"weight": 500}}"#, [UnitProperty("BlockIOWeight", .uint64(500))]),
    ] as [(String, [UnitProperty])])
    func version1(_ resources: String, _ expected: [UnitProperty]) throws {
        #expect(try properties(resources, Self.version1) == expected)
    }

    /// What is asked for and what is there make one number.
    @Test(arguments: [
        ("20000 100000", #"{"cpu": {"period": 50000}}"#, 50_000, 400_000), ("20000 50000", #"{"cpu": {"quota": 10000}}"#, 50_000, 200_000),
        ("max 50000", #"{"cpu": {"quota": 10000}}"#, 50_000, 200_000), ("max 100000", #"{"cpu": {"period": 50000}}"#, 50_000, .max),
        ("20000 50000", #"{"cpu": {"quota": -1}}"#, 50_000, .max), ("20000 50000", #"{"cpu": {"quota": 5000, "period": 10000}}"#, 10_000, 500_000),
    ] as [(String, String, UInt64, UInt64)])
    func aQuotaAndAPeriodChangeTogether(_ current: String, _ resources: String, _ period: UInt64, _ perSecond: UInt64) throws {
        for available in [Self.version1, Self.version2] {
            #expect(try properties(resources, available, CurrentLimits(cpuMax: current + "\n")) == [
                UnitProperty("CPUQuotaPeriodUSec", .uint64(period)), UnitProperty("CPUQuotaPerSecUSec", .uint64(perSecond)),
            ])
        }
        #expect(try properties(#"{"pids": {"limit": 5}}"#, Self.version2, CurrentLimits(cpuMax: current)) == [UnitProperty("TasksMax", .uint64(5))])
    }

    @Test(arguments: [
        (241, #"{"cpu": {"quota": 50000, "period": 100000}}"#, ["CPUQuotaPerSecUSec"]),
        (242, #"{"cpu": {"quota": 50000, "period": 100000}}"#, ["CPUQuotaPeriodUSec", "CPUQuotaPerSecUSec"]),
        (243, #"{"cpu": {"cpus": "0", "mems": "0"}}"#, []),
        (244, #"{"cpu": {"cpus": "0", "mems": "0"}}"#, ["AllowedCPUs", "AllowedMemoryNodes"]),
        (239, #"{"unified": {"memory.min": "0"}}"#, []),
        (251, #"{"cpu": {"idle": 1}}"#, []),
    ] as [(Int, String, [String])])
    func whatAnOlderSystemdDoesNotKnowIsLeftToTheFiles(_ systemd: Int, _ resources: String, _ expected: [String]) throws {
        #expect(try properties(resources, Self.version2, systemd: systemd).map(\.name) == expected)
    }

    @Test func masks() throws {
        #expect(NumberList("7")?.maskBytes == [0x80])
        #expect(NumberList("8,0")?.maskBytes == [0x01, 0x01])
        #expect(NumberList("6-9")?.maskBytes == [0xc0, 0x03])
        #expect(NumberList("0,64")?.maskBytes == [1, 0, 0, 0, 0, 0, 0, 0, 1])
    }
}

@Suite struct DevicePropertiesTests {
    private func allowed(_ rules: [DeviceRule], version1: Bool = false) -> [UnitProperty] {
        DeviceProperties.properties(of: rules, version1: version1, managerVersion: 252)
    }
    private func entry(_ node: String, _ access: String) -> BusValue { .structure([.string(node), .string(access)]) }

    @Test func aListOfWhatIsAllowed() {
        let properties = allowed([
            DeviceRule(allow: false), DeviceRule(allow: true, .character, nil, nil, .mknod), DeviceRule(allow: true, .character, 1, 3),
            DeviceRule(allow: true, .character, 136), DeviceRule(allow: true, .block, 8, 0, [.read]),
        ])
        #expect(properties == [
            UnitProperty("DevicePolicy", .string("strict")),
            UnitProperty("DeviceAllow", .array(of: "(ss)", [])),
            UnitProperty("DeviceAllow", .array(of: "(ss)", [
                entry("char-*", "m"), entry("/dev/char/1:3", "rwm"), entry("char-136", "rwm"), entry("/dev/block/8:0", "r"),
            ])),
        ])
    }

    @Test(arguments: [
        [DeviceRule(allow: true)], [DeviceRule(allow: true), DeviceRule(allow: false, .character, 1, 1)],
        [DeviceRule(allow: true, .character, nil, 3)],
        [DeviceRule(allow: true, .character, 1), DeviceRule(allow: false, .character, 1, 3)],
    ])
    func whatSystemdHasNoWordsForIsLeftOpen(_ rules: [DeviceRule]) {
        #expect(allowed(rules).first == UnitProperty("DevicePolicy", .string("auto")))
        #expect(allowed(rules).last == UnitProperty("DeviceAllow", .array(of: "(ss)", [])))
    }

    /// On version 1 systemd's list is the container's between a reload and the next update.
    @Test func onVersion1ARuleWithoutWordsOpensNothingElse() {
        #expect(allowed([DeviceRule(allow: true, .character, nil, 3), DeviceRule(allow: true, .character, 1, 5)], version1: true) == [
            UnitProperty("DevicePolicy", .string("strict")), UnitProperty("DeviceAllow", .array(of: "(ss)", [])),
            UnitProperty("DeviceAllow", .array(of: "(ss)", [entry("/dev/char/1:5", "rwm")])),
        ])
        #expect(allowed([DeviceRule(allow: true)], version1: true).first == UnitProperty("DevicePolicy", .string("auto")))
    }

    @Test func devicesThatAreLeftAloneAreLeftOut() {
        #expect(DeviceProperties.properties(of: nil, version1: true, managerVersion: 252).isEmpty)
        #expect(DeviceProperties.properties(of: [DeviceRule(allow: false)], version1: true, managerVersion: 239).isEmpty)
    }
}
