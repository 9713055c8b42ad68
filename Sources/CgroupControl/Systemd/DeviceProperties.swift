/// The container's device rules, as far as systemd has words for them.
///
/// Our own rules are the ones that count: the devices controller of version 1, a program on version 2. But systemd, when it
/// reloads, writes its own again into the controller, and a unit without any would have every device. So on version 1 a rule
/// without words is left out: until the next update the container then has less than it should, rather than all. On version 2
/// systemd's program holds beside ours, and must not refuse what ours allows.
/// Man: systemd.resource-control(5), DeviceAllow.
enum DeviceProperties {
    /// Since when a device is known by its number, and need not be there.
    private static let since = 240

    static func properties(of rules: [DeviceRule]?, version1: Bool, managerVersion: Int) -> [UnitProperty] {
        guard let rules, managerVersion >= since else { return [] }
        let allowed = self.allowed(rules, leavingOut: version1)
        return [
            UnitProperty("DevicePolicy", .string(allowed == nil ? "auto" : "strict")),
            // An empty list takes away what was there.
            UnitProperty("DeviceAllow", list([])),
            UnitProperty("DeviceAllow", list(allowed ?? [])),
        ]
    }

    /// nil where the rules are no list of what is allowed.
    private static func allowed(_ rules: [DeviceRule], leavingOut: Bool) -> [BusValue]? {
        let exceptions: [DeviceRule]
        do throws(CgroupError) {
            let list = try DeviceList(rules)
            if list.allowsByDefault { return nil }
            exceptions = list.exceptions
        } catch { return nil }
        var allowed: [BusValue] = []
        for rule in exceptions {
            guard let node = node(rule) else {
                if leavingOut { continue }
                return nil
            }
            allowed.append(.structure([.string(node), .string(rule.access.text)]))
        }
        return allowed
    }

    /// A path below /dev, or a group of devices; nil for one minor number of all majors.
    private static func node(_ rule: DeviceRule) -> String? {
        let kind = rule.kind == .block ? "block" : "char"
        return switch (rule.major, rule.minor) {
        case (nil, nil): "\(kind)-*"
        case (let major?, nil): "\(kind)-\(major)"
        case (let major?, let minor?): "/dev/\(kind)/\(major):\(minor)"
        case (nil, _?): nil
        }
    }

    private static func list(_ entries: [BusValue]) -> BusValue { .array(of: "(ss)", entries) }
}
