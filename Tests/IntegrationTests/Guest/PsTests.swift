import Testing

extension IntegrationTests.GuestTests {
    /// ps: the processes of a container's cgroup.
    @Suite struct PsTests {
        private static let script = "sleep 1000 & sleep 2000 & echo > /out/ready; wait"

        private func withProcesses(_ setting: CgroupSetting, ownPIDNamespace: Bool = true, _ body: (Bundle) throws -> Void) throws {
            try withBundle(setting) { bundle in
                let out = try bundle.shareDirectory()
                if !ownPIDNamespace { try bundle.edit { $0.removeNamespace("pid") } }
                try bundle.runDetached(Self.script)
                #expect(eventually { (try? bundle.read("\(out)/ready")) != nil })
                try body(bundle)
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.controlling))
        func jsonListsTheHostsPIDs(_ setting: CgroupSetting, _ ownPIDNamespace: Bool) throws {
            try withProcesses(setting, ownPIDNamespace: ownPIDNamespace) { bundle in
                let exec = try bundle.runtimeCommand(["exec", "--detach", bundle.id, "sleep", "3000"]).run()
                #expect(exec.succeeded, "\(exec)")
                let result = try bundle.runc("ps", "--format", "json", bundle.id)
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                let pids = try JSONValue(parsing: result.stdout).array ?? []
                let initPID = JSONValue(try bundle.initPID())
                #expect(pids.count == 4 && pids.contains(initPID), "\(result)")
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func theTableIsThatOfPs(_ setting: CgroupSetting) throws {
            try withProcesses(setting) { bundle in
                let plain = try bundle.runc("ps", bundle.id)
                #expect(plain.succeeded && plain.stderr.isEmpty && plain.lines.count == 4, "\(plain)")
                #expect(plain.lines[0].split(separator: " ").starts(with: ["UID", "PID", "PPID"]), "\(plain)")
                #expect(plain.lines.dropFirst().contains { $0.contains("sleep 2000") }, "\(plain)")
                let chosen = try bundle.runc("ps", bundle.id, "-e", "-o", "pid,args")
                #expect(chosen.succeeded && chosen.lines.count == 4, "\(chosen)")
                #expect(chosen.lines[0].split(separator: " ") == ["PID", "COMMAND"], "\(chosen)")
                let initLine = "\(try bundle.initPID()) sh -c \(Self.script)"
                #expect(chosen.lines.dropFirst().contains { $0.hasSuffix(initLine) }, "\(chosen)")
            }
        }

        @Test func whatPsRefusesIsAnError() throws {
            try withProcesses(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                let unknown = try bundle.runc("ps", bundle.id, "--no-such-option")
                #expect(unknown.status == 1 && unknown.errors.count == 1 && unknown.stderr.contains("ps failed"), "\(unknown)")
                let column = try bundle.runc("ps", bundle.id, "-e", "-o", "args")
                #expect(column.status == 1 && column.errors.count == 1 && column.stderr.contains("couldn't find PID"), "\(column)")
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func ofWhatIsStoppedThereAreNone(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("ps", "-f", "json", bundle.id).stdout == "[]\n")
                #expect(try bundle.runc("ps", bundle.id).lines.count == 1)
            }
        }

        /// Root in a user namespace may try; without a cgroup nothing is found.
        @Test func withoutACgroupItIsAnError() throws {
            try withBundle(.rootInUserNamespace) { bundle in
                try bundle.runDetached()
                let result = try bundle.runc("ps", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("no cgroup"), "\(result)")
            }
        }
    }
}
