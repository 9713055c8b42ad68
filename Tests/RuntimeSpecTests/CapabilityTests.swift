import Testing

@testable import RuntimeSpec

@Suite struct CapabilityTests {
    /// Numbers from linux/capability.h.
    @Test(arguments: [
        (Capability.chown, 0), (.kill, 5), (.setpcap, 8), (.netBindService, 10), (.sysModule, 16), (.sysAdmin, 21),
        (.mknod, 27), (.auditWrite, 29), (.setfcap, 31), (.syslog, 34), (.auditRead, 37), (.perfmon, 38), (.bpf, 39),
        (.checkpointRestore, 40),
    ] as [(Capability, UInt32)])
    func numberIsTheKernels(capability: Capability, number: UInt32) { #expect(capability.number == number) }

    @Test func thereAre41() { #expect(Capability.allCases.count == 41) }
}
