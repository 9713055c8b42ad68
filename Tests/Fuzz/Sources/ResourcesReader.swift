import RuntimeSpec

@testable import CgroupControl

/// `linux.resources`, from its text to what would be written and loaded.
enum ResourcesReader {
    private static let everything: Set<String> = [
        "cpu", "cpuacct", "cpuset", "memory", "pids", "io", "blkio", "hugetlb", "rdma", "net_cls", "net_prio", "devices", "freezer",
    ]
    private static let version1 = AvailableControllers(version1: everything, version2: [], hasVersion2: false)
    private static let version2 = AvailableControllers(version1: [], version2: everything, hasVersion2: true)

    static func read(_ bytes: [UInt8]) {
        answer { () throws(SpecError) in
            let resources = try Resources.decode(bytes)
            try resources.validate()
            for available in [version1, version2] {
                answer { () throws(CgroupError) in
                    let plan = try LimitPlan(resources, available)
                    _ = LimitProperties.properties(of: plan, managerVersion: 252)
                }
            }
            let rules = DeviceRule.all(resources.devices)
            answer { () throws(CgroupError) in _ = try DeviceProgram(rules) }
            answer { () throws(CgroupError) in _ = try DeviceList(rules) }
        }
    }
}
