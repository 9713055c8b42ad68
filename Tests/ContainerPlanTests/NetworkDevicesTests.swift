import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

@Suite struct NetworkDevicesTests {
    private func planned(_ devices: [String: String?], hasNamespace: Bool = true, joined: Bool = false) throws(PlanError) -> InitPlan {
        let spec = spec {
            for (name, newName) in devices {
                var device = NetDevice()
                device.name = newName
                $0.linux.netDevices[name] = device
            }
            if !hasNamespace || joined { $0.linux.namespaces.removeAll { $0.type == .network } }
            if joined { $0.linux.namespaces.append(Namespace(.network, path: "/n")) }
        }
        var facts: HostFacts
        do { facts = try ContainerPlanTests.facts(rootUser) } catch { throw PlanError("\(error)") }
        facts.networkDevices = ["eth0": NetworkDeviceFacts(index: 2, addresses: []), "eth1": NetworkDeviceFacts(index: 3, addresses: [])]
        return try plan(spec, facts)
    }

    @Test(arguments: [
        (nil, .named("eth0")), ("", .named("eth0")), ("ctr0", .named("ctr0")), ("eth%d", .numbered(0x4000_0002, template: "eth%d")),
        ("a%db", .numbered(0x4000_0002, template: "a%db")), ("%d", .numbered(0x4000_0002, template: "%d")),
    ] as [(String?, NetworkDevicePlan.Target)])
    func names(_ newName: String?, _ target: NetworkDevicePlan.Target) throws {
        let plan = try planned(["eth0": newName])
        let device = NetworkDevicePlan(name: "eth0", index: 2, target: target, addresses: [])
        #expect(plan.networkDevices == [device])
        #expect(plan.steps.contains(.setUpNetworkDevice(device)))
    }

    /// Init may have no power over a namespace that was there before it.
    @Test func initSetsNothingUpInANamespaceThatIsJoined() throws {
        let plan = try planned(["eth0": nil], joined: true)
        #expect(plan.networkDevices.count == 1)
        #expect(!plan.steps.contains { if case .setUpNetworkDevice = $0 { true } else { false } })
    }

    @Test func severalMayShareATemplate() throws {
        let plan = try planned(["eth0": "net%d", "eth1": "net%d"])
        #expect(plan.networkDevices.map(\.target) == [.numbered(0x4000_0002, template: "net%d"), .numbered(0x4000_0003, template: "net%d")])
    }

    @Test(arguments: [
        (["eth7": nil], true, "linux.netDevices: eth7: there is no such interface on the host"),
        (["eth0": "x", "eth1": "x"], true, "linux.netDevices: eth1: another interface is called x too"),
        (["eth0": "eth1", "eth1": nil], true, "linux.netDevices: eth1: another interface is called eth1 too"),
        (["eth0": nil], false, "linux.netDevices: a network namespace of the container's own is needed"),
    ] as [([String: String?], Bool, String)])
    func refuses(_ devices: [String: String?], _ hasNamespace: Bool, _ message: String) {
        let error = #expect(throws: PlanError.self) { try planned(devices, hasNamespace: hasNamespace) }
        #expect(error?.message == message)
    }
}
