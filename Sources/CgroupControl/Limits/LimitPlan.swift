import RuntimeSpec

/// Which limits are written into which hierarchy, and which this host has not.
struct LimitPlan: Sendable, Equatable {
    private(set) var version1: [LimitWrite] = []
    private(set) var version2: [LimitWrite] = []
    /// Fields and values that no hierarchy takes.
    private(set) var unavailable: [String] = []

    init() {}

    /// Errors: values that no kernel could take, and keys of `unified` that this host has no controller for.
    init(_ resources: Resources, _ available: AvailableControllers, _ current: CurrentLimits = CurrentLimits()) throws(CgroupError) {
        let all = resources.version1Limits
        version1 = all.filter { available.version1.contains($0.controller) && !$0.entries.isEmpty }
        if available.hasVersion2 {
            var resources = resources
            // What version 1 takes is not measured by what version 2 could take.
            if available.version1.contains("memory") { resources.memory = nil }
            version2 = try resources.version2Limits(current).filter {
                !available.version1.contains($0.nameInVersion1) && available.version2.contains($0.controller)
            }
        }
        for write in resources.unifiedLimits {
            guard available.hasVersion2 else { throw CgroupError("\(write.name): there is no cgroup v2 here", hint: "unified is for cgroup v2 alone: use the other fields of linux.resources") }
            guard write.controller.isEmpty || available.version2.contains(write.controller) else {
                throw CgroupError("\(write.name): the controller \(write.controller) is not in the cgroup v2 hierarchy", hint: "leave the key out")
            }
            version2.append(write)
        }
        let written = Set((version1 + version2).flatMap { [$0.field] + $0.alsoWrites })
        for write in all where write.absence != .harmless && !written.contains(write.field) {
            unavailable.append(write.shortName)
        }
    }

    /// - Parameter keys: of a hierarchy, as in state.json.
    func writes(in keys: [String]) -> [LimitWrite] {
        keys == [""] ? version2 : version1.filter { keys.contains($0.controller) }
    }

    /// The keys of the hierarchies in which limits are asked for.
    var limitedKeys: Set<String> { Set(version1.map(\.controller)).union(version2.isEmpty ? [] : [""]) }

    /// One line that names all limits that cannot be enforced; an error where that is asked for.
    static func warnings(unavailable names: [String], strict: Bool) throws(CgroupError) -> [String] {
        if names.isEmpty { return [] }
        let text = "linux.resources: not enforced, for this kernel or its cgroup hierarchy has no such limit: \(names.joined(separator: ", "))"
        if strict { throw CgroupError(text, hint: "remove the fields, or run without --strict-limits") }
        return [text]
    }
}

extension LimitWrite {
    /// `linux.resources.memory.limit 4096`.
    var name: String { "linux.resources.\(shortName)" }
    var shortName: String { "\(field) \(value)" }

    fileprivate var nameInVersion1: String { controller == "io" ? "blkio" : controller }
}
