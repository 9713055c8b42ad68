import LinuxKernel

/// What rules about devices come to, as cgroup v1 keeps it: one answer for all devices, and exceptions.
/// Kernel: Documentation/admin-guide/cgroup-v1/devices.rst.
struct DeviceList: Sendable, Equatable {
    private(set) var allowsByDefault = false
    /// Each of one kind; all of them allow, or all deny: what the default does not.
    private(set) var exceptions: [DeviceRule] = []

    /// Errors: a part of what an earlier rule is about is taken out of it: v1 has no word for that.
    init(_ rules: [DeviceRule]) throws(CgroupError) {
        for rule in rules {
            if rule.isAboutAll {
                allowsByDefault = rule.allow
                exceptions = []
            } else {
                for kind in rule.kind.map({ [$0] }) ?? DeviceRule.Kind.allCases {
                    var rule = rule
                    rule.kind = kind
                    if rule.allow == allowsByDefault { try takeBack(rule) } else { add(rule) }
                }
            }
        }
        spread()
    }

    /// One access may ask for reading and writing at once, and v1 wants one exception for both: a narrow one has what the
    /// wider ones have.
    private mutating func spread() {
        for index in exceptions.indices {
            for wider in exceptions where wider.covers(exceptions[index]) {
                exceptions[index].access.formUnion(wider.access.intersection([.read, .write]))
            }
        }
    }

    private mutating func add(_ rule: DeviceRule) {
        if let same = exceptions.firstIndex(where: { $0.kind == rule.kind && $0.major == rule.major && $0.minor == rule.minor }) {
            exceptions[same].access.formUnion(rule.access)
        } else {
            exceptions.append(rule)
        }
    }

    private mutating func takeBack(_ rule: DeviceRule) throws(CgroupError) {
        for index in exceptions.indices where exceptions[index].overlaps(rule) && !exceptions[index].access.isDisjoint(with: rule.access) {
            guard rule.covers(exceptions[index]) else {
                throw CgroupError(
                    "linux.resources.devices: \(rule.text) is a part of \(exceptions[index].text), and cgroup v1 cannot \(rule.allow ? "allow" : "deny") a part",
                    hint: "name the devices one by one")
            }
            exceptions[index].access.subtract(rule.access)
        }
        exceptions.removeAll { $0.access.isEmpty }
    }

    /// The writes that bring a new cgroup to this state: whatever fails, no device is left allowed that should not be.
    var writes: [LimitWrite.Entry] {
        [.init(allowsByDefault ? "devices.allow" : "devices.deny", "a")] + exceptions.map { .init(allowsByDefault ? "devices.deny" : "devices.allow", $0.text) }
    }

    /// The same for a cgroup that is in use: what stays allowed is never refused.
    ///
    /// - Parameter list: the text of `devices.list`.
    func writes(from list: String) -> [LimitWrite.Entry] {
        (allowsByDefault ? nil : Self.change(of: list, to: exceptions.map(\.text).joined(separator: "\n"))) ?? writes
    }

    /// The writes that make one text of `devices.list` of another; nil where one does not tell enough: a cgroup that allows
    /// by default does not list what it denies.
    static func change(of list: String, to wanted: String) -> [LimitWrite.Entry]? {
        let old = list.parts(at: "\n"), new = wanted.parts(at: "\n")
        guard !(old + new).contains(where: { $0.hasPrefix("a ") }) else { return nil }
        return old.filter { !new.contains($0) }.map { .init("devices.deny", $0) } + new.filter { !old.contains($0) }.map { .init("devices.allow", $0) }
    }
}
