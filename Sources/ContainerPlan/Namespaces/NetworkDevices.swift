import LinuxKernel
import RuntimeSpec

/// An interface of the host that becomes the container's. Spec: config-linux.md, "Network Devices"
public struct NetworkDevicePlan: Sendable, Equatable {
    /// The interface in the container, as far as it is known before it is there.
    public enum Target: Sendable, Equatable {
        case named(String)
        /// Its name is the kernel's to find: so we choose its number.
        case numbered(UInt32, template: String)
    }

    /// On the host.
    public let name: String
    public let index: UInt32
    public let target: Target
    /// Which a move takes away.
    public let addresses: [InterfaceAddress]

    /// In the container; with `%d` a template for it.
    public var newName: String {
        switch target {
        case .named(let name): name
        case .numbered(_, let template): template
        }
    }
}

/// What was found of an interface that config.json names.
public struct NetworkDeviceFacts: Sendable, Equatable {
    public let index: UInt32
    public let addresses: [InterfaceAddress]

    public init(index: UInt32, addresses: [InterfaceAddress]) {
        self.index = index
        self.addresses = addresses
    }
}

enum NetworkDevices {
    /// No kernel comes so far by counting: what is chosen from here on is free in the container's namespace.
    private static let chosenIndexes: UInt32 = 0x4000_0000

    /// - Parameter facts: by the interface's name on the host; without those that are not there.
    static func plan(
        _ devices: [String: NetDevice], namespaces: NamespacePlan, rootlessEUID: Bool, facts: [String: NetworkDeviceFacts]
    ) throws(PlanError) -> [NetworkDevicePlan] {
        if devices.isEmpty { return [] }
        if rootlessEUID { throw PlanError("linux.netDevices: not permitted without privileges", hint: "a network namespace by path can have them") }
        guard namespaces.own.contains(.network) else {
            throw PlanError(
                "linux.netDevices: a network namespace of the container's own is needed", hint: "add {\"type\": \"network\"} to linux.namespaces")
        }
        var plans: [NetworkDevicePlan] = []
        for (name, device) in devices.sorted(by: { $0.key < $1.key }) {
            guard let found = facts[name] else { throw PlanError("linux.netDevices: \(name): there is no such interface on the host") }
            let newName = device.name.flatMap { $0.isEmpty ? nil : $0 } ?? name
            let isTemplate = newName.contains("%")
            if !isTemplate, plans.contains(where: { $0.newName == newName }) {
                throw PlanError("linux.netDevices: \(name): another interface is called \(newName) too")
            }
            plans.append(
                NetworkDevicePlan(
                    name: name, index: found.index,
                    target: isTemplate ? .numbered(chosenIndexes | found.index, template: newName) : .named(newName),
                    addresses: found.addresses))
        }
        return plans
    }
}
