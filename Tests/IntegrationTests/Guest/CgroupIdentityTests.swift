import Testing

extension IntegrationTests.GuestTests {
    /// Each who may write cgroups gets one for the container; whoever may not runs it all the same.
    @Suite struct CgroupIdentityTests {
        @Test(arguments: CgroupSetting.delegated)
        func theContainerHasACgroupOfItsOwn(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                let own = try bundle.cgroup().directory("pids")
                #expect(own.contains(bundle.id))
                #expect(try bundle.execOutput("id -u") == "0")
            }
        }

        @Test(arguments: CgroupSetting.refused)
        func withoutOneTheContainerLivesThroughItsStates(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                #expect(try bundle.execOutput("id -u") == "0")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }
    }
}
