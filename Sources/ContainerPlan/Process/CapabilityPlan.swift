import RuntimeSpec

/// The five sets as bits by capability number, cut to what can be had. Man: capabilities(7).
public struct CapabilityPlan: Sendable, Equatable {
    public var bounding: UInt64 = 0
    public var effective: UInt64 = 0
    public var permitted: UInt64 = 0
    public var inheritable: UInt64 = 0
    public var ambient: UInt64 = 0
    /// The highest capability that the kernel knows: all others are dropped from the bounding set.
    public let last: Int32

    /// - Parameters:
    ///   - obtainable: what the process can have at all: all of the kernel's in a new user namespace, else what we have.
    ///   - warnings: gets a line for what is asked for and cannot be had.
    init(_ capabilities: Capabilities, obtainable: UInt64, last: Int32, warnings: inout [String]) {
        self.last = last
        if !capabilities.unknownNames.isEmpty {
            warnings.append("process.capabilities: unknown, left out: \(capabilities.unknownNames.joined(separator: ", "))")
        }
        var missing: UInt64 = 0
        func bits(_ names: [String]) -> UInt64 {
            let wanted = names.reduce(0 as UInt64) { bits, name in Capability(rawValue: name).map { bits | 1 << UInt64($0.number) } ?? bits }
            missing |= wanted & ~obtainable
            return wanted & obtainable
        }
        bounding = bits(capabilities.bounding)
        permitted = bits(capabilities.permitted)
        effective = bits(capabilities.effective)
        inheritable = bits(capabilities.inheritable)
        // The kernel has none that is not in both; default configurations ask for some that are in one only, and are meant to run.
        ambient = bits(capabilities.ambient) & permitted & inheritable
        if missing != 0 {
            let names = Capability.allCases.filter { missing & (1 << UInt64($0.number)) != 0 }.map(\.rawValue)
            warnings.append("process.capabilities: not ours to give, left out: \(names.joined(separator: ", "))")
        }
    }

    /// Throws for sets that the kernel would refuse in a word that helps nobody.
    func validate() throws(PlanError) {
        if effective & ~permitted != 0 { throw PlanError("process.capabilities.effective: has capabilities that permitted lacks") }
    }
}
