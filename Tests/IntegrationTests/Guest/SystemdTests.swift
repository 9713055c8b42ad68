import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// What systemd is asked for, and what it does where we may not: as the system's manager, and as a user's own.
    @Suite(.needs(.systemd)) struct SystemdTests {
        static let settings = CgroupSetting.delegated.filter { $0.driver == .systemd }

        /// `a-b.slice` lies in `a.slice`.
        @Test(arguments: Self.settings)
        func aSliceIsExpanded(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                let top = "rit\(getpid())", slice = "\(top)-inner.slice"
                try bundle.edit { $0["linux.cgroupsPath"] = .string("\(slice):prefix:\(bundle.id)") }
                try bundle.runDetached()
                let directory = try bundle.cgroup().directory("name=systemd")
                #expect(directory.hasSuffix("/\(top).slice/\(slice)/prefix-\(bundle.id).scope"), "\(directory)")
                let shown = try bundle.systemctl("show", "--property=Slice,ActiveState,Delegate", "prefix-\(bundle.id).scope")
                #expect(Set(shown.lines) == ["Slice=\(slice)", "ActiveState=active", "Delegate=yes"], "\(shown)")
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                // systemd keeps them for the next one.
                #expect(try bundle.systemctl("stop", "\(top).slice").succeeded)
            }
        }

        @Test(arguments: Self.settings)
        func annotationsBecomeProperties(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0["annotations"] = .object([
                        "org.systemd.property.TimeoutStopUSec": "uint64 7000000", "org.systemd.property.Description": "'a container'",
                        "org.systemd.property.TasksMax": "uint64 77",
                    ])
                }
                try bundle.runDetached()
                let shown = try bundle.systemctl("show", "--property=TimeoutStopUSec,Description,TasksMax", bundle.unit())
                #expect(Set(shown.lines) == ["TimeoutStopUSec=7s", "Description=a container", "TasksMax=77"], "\(shown)")
            }
        }

        /// The name is taken: an error, and what has it stays.
        @Test(arguments: Self.settings)
        func aUnitThatIsThereIsRefused(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.cgroupsPath"] = .string(":runc:\(bundle.id)") }
                try bundle.runDetached()
                let second = try bundle.runc("run", bundle.anotherID())
                #expect(second.status == 1 && second.errors.count == 1 && second.stderr.contains("runc-\(bundle.id).scope is there already"), "\(second)")
                #expect(try bundle.status() == "running")
            }
        }

        /// The name is free when the last process has ended: what has it then is neither killed nor stopped with the first container.
        @Test(arguments: Self.settings, [false, true])
        func aUnitOfTheSameNameIsLeftAlone(_ setting: CgroupSetting, _ sharesProcesses: Bool) throws {
            // Without a PID namespace of its own a container's /proc is the host's, which needs its mount from there.
            guard !sharesProcesses || setting.identity == .root else { return }
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0["linux.cgroupsPath"] = .string(":runc:\(bundle.id)")
                    if sharesProcesses { $0.removeNamespace("pid") }
                }
                try bundle.runDetached()
                let unit = try bundle.unit()
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try eventually { try bundle.systemctl("show", "--property=ActiveState", unit).text == "ActiveState=inactive" })
                let second = bundle.anotherID()
                let run = try bundle.runc("run", "--detach", second)
                #expect(run.succeeded, "\(run)")
                let killed = try bundle.runc("kill", "--all", bundle.id, "KILL")
                #expect(killed.succeeded, "\(killed)")
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
                #expect(try JSONValue(parsing: bundle.runc("state", second).stdout)["status"] == "running")
                #expect(try bundle.runc("delete", "--force", second).succeeded)
                #expect(try bundle.systemctl("show", "--property=ActiveState", unit).text == "ActiveState=inactive")
            }
        }

        /// It stays after its end, until somebody asks for it.
        @Test(arguments: Self.settings)
        func aFailedUnitOfTheSameNameIsPutAway(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                let unit = "runc-\(bundle.id).scope"
                let failing = try bundle.command(
                    ["systemd-run"] + (setting.identity == .root ? [] : ["--user"])
                        + ["--scope", "--quiet", "--unit", unit, "--property=RuntimeMaxSec=1", "sleep", "1000"]).run()
                #expect(!failing.succeeded, "\(failing)")
                #expect(try bundle.systemctl("show", "--property=ActiveState", unit).text == "ActiveState=failed")
                try bundle.runDetached()
                #expect(try bundle.systemctl("show", "--property=ActiveState", unit).text == "ActiveState=active")
            }
        }

        /// As after ssh, in the cgroup of another session.
        private func fromAnotherSession(_ bundle: Bundle, _ arguments: String...) throws -> CommandResult {
            let command = try bundle.runtimeCommand(arguments), entering = try UserManager.shared.entering
            #expect(Array(command.arguments.prefix(entering.count)) == entering)
            return try Command(arguments: Array(command.arguments.dropFirst(entering.count)), environment: command.environment).run()
        }

        @Test(.needs(.delegation)) func execFromAnotherSessionGoesBelowTheUnit() throws {
            try withBundle(CgroupSetting(identity: .delegated, driver: .systemd)) { bundle in
                try bundle.runDetached()
                let sub = try bundle.cgroup().directory("") + "/sub"
                try bundle.makeDirectory(sub)
                for file in ["cgroup.procs"] { #expect(chown("\(sub)/\(file)", try bundle.identity.hostUID, try bundle.identity.hostGID) == 0) }
                let result = try fromAnotherSession(bundle, "exec", "--detach", "--cgroup", "sub", bundle.id, "sleep", "1000")
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.read("\(sub)/cgroup.procs").split(separator: "\n").count == 1)
                let missing = try fromAnotherSession(bundle, "exec", "--cgroup", "missing", bundle.id, "true")
                #expect(missing.status == 255 && missing.errors.count == 1, "\(missing)")
            }
        }

        /// What comes from another session may not write the container's cgroup.procs: systemd moves it.
        @Test(.needs(.delegation)) func execFromAnotherSessionIsAttachedBySystemd() throws {
            try withBundle(CgroupSetting(identity: .delegated, driver: .systemd)) { bundle in
                try bundle.runDetached("exec sleep 1000")
                let result = try fromAnotherSession(bundle, "exec", bundle.id, "cat", "/proc/self/cgroup")
                #expect(result.succeeded && result.text.hasSuffix("/runc-\(bundle.id).scope") || result.text == "0::/", "\(result)")
                #expect(try fromAnotherSession(bundle, "exec", "--detach", bundle.id, "sleep", "1000").succeeded)
                #expect(try JSONValue(parsing: bundle.runc("ps", "--format", "json", bundle.id).stdout).array?.count == 2)
            }
        }

        /// A container on version 2 alone that passes its controllers on has no processes in its own cgroup: `exec` goes where init is.
        @Test(.needs(.cgroupV2), arguments: CgroupSetting.delegated)
        func execGoesWhereInitHasGone(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0.removeMount("/sys/fs/cgroup")
                    $0.addMount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"])
                    $0.setNamespace("cgroup")
                }
                try bundle.runDetached(
                    """
                    cd /sys/fs/cgroup && mkdir inner && echo 1 > inner/cgroup.procs && echo +pids > cgroup.subtree_control && echo > /tmp/ready
                    while :; do sleep 0.05; done
                    """)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(bundle.rootfs)/tmp/ready") })
                #expect(try bundle.execOutput("cat /proc/self/cgroup") == "0::/inner")
                guard setting == CgroupSetting(identity: .delegated, driver: .systemd) else { return }
                let outside = try fromAnotherSession(bundle, "exec", bundle.id, "cat", "/proc/self/cgroup")
                #expect(outside.succeeded && outside.text == "0::/inner", "\(outside)")
            }
        }

        /// A user's own manager on version 1 has a hierarchy without controllers: the container is in a scope, and has no limits.
        @Test(.needs(.cgroupV1)) func aUsersManagerOnVersion1KeepsTheContainer() throws {
            try withBundle(CgroupSetting(identity: .delegated, driver: .systemd)) { bundle in
                try bundle.runDetached()
                let unit = try bundle.unit()
                let shown = try bundle.systemctl("show", "--property=ActiveState", unit)
                #expect(shown.text == "ActiveState=active", "\(shown)")
                #expect(try bundle.cgroup().directory("name=systemd").hasSuffix("/\(unit)"))
                #expect(try bundle.execOutput("echo inside") == "inside")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("delete", bundle.id).succeeded)
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 100] }
                let limited = try bundle.sh("echo started")
                #expect(limited.status == 1 && limited.stdout.isEmpty && limited.errors.count == 1, "\(limited)")
                #expect(limited.stderr.contains("linux.resources.pids.limit 100") && limited.stderr.contains("hint"), "\(limited)")
            }
        }
    }
}
