import Testing

extension IntegrationTests.GuestTests {
    /// The guest has what the other tests ask for: nothing is left out there because of a matrix that came out too small.
    @Suite(.needs(.guest)) struct MachineTests {
        @Test func bootedTheHierarchyThatIsMeant() {
            #expect(HostFeature.cgroupV2.isThere() == (Machine.guestHierarchy == "v2"))
            #expect(HostFeature.cgroupV1.isThere() == (Machine.guestHierarchy == "v1"))
        }

        @Test func hasSystemdAndWhatItDelegates() {
            #expect(HostFeature.systemd.isThere())
            #expect(CgroupSetting.delegated.count == (Machine.guestHierarchy == "v2" ? 6 : 2))
            #expect(CgroupSetting.refused.count == 5)
        }

        /// No limit is left out of those that are read back.
        @Test func hasEveryController() {
            #expect(Limit.all(of: CgroupSetting(identity: .root, driver: .cgroupfs)).count == (Machine.guestHierarchy == "v2" ? 18 : 22))
        }

        @Test func hasEveryFeatureThatAHostMayLack() {
            #expect(HostFeature.systemResource.isThere() && HostFeature.bfq.isThere())
        }
    }
}
