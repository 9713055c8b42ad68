import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// `linux.resources` in full: each limit read back from the kernel's file, and with systemd from the unit's property.
    @Suite struct LimitTests {
        /// A container with all limits at once that this setting's cgroups have.
        @Test(arguments: CgroupSetting.delegated)
        func eachLimitIsReadBack(_ setting: CgroupSetting) throws {
            let limits = Limit.all(of: setting)
            try withBundle(setting) { bundle in
                try bundle.runDetached(with: limits)
                try bundle.expect(limits)
            }
        }

        /// The same for a container that had none; what systemd was told survives that it reads its units again.
        @Test(arguments: CgroupSetting.delegated)
        func eachLimitIsReadBackAfterAnUpdate(_ setting: CgroupSetting) throws {
            let limits = Limit.all(of: setting)
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                #expect(try bundle.savedState()["config.cgroups.limited"]?.array?.isEmpty != false)
                var resources: JSONValue = [:]
                for limit in limits { resources[limit.field] = limit.value }
                try bundle.write(resources.serialized(), to: "\(bundle.directory)/resources.json")
                let result = try bundle.runc("update", "--resources", "\(bundle.directory)/resources.json", bundle.id)
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                try bundle.expect(limits)
                // Whoever cannot join them from now on is not let in.
                let limited = try bundle.savedState()["config.cgroups.limited"]?.array?.compactMap(\.string) ?? []
                #expect(Set(limited) == (HostFeature.cgroupV2.isThere() ? [""] : Set(limits.compactMap(\.file?.controller))))
                guard setting.driver == .systemd else { return }
                let reload = try bundle.systemctl("daemon-reload")
                #expect(reload.succeeded, "\(reload)")
                try bundle.expect(limits.filter { $0.survivesReload })
            }
        }

        /// systemd writes all that it knows of a unit each time that one of its properties changes.
        @Test(arguments: CgroupSetting.delegated)
        func anUpdateOfOneLeavesTheOthers(_ setting: CgroupSetting) throws {
            let limits = Limit.all(of: setting)
            try withBundle(setting) { bundle in
                try bundle.runDetached(with: limits)
                let result = try bundle.runc("update", "--pids-limit", "70", bundle.id)
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                try bundle.expect(limits.filter { $0.field != "pids.limit" })
                #expect(try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") == "70")
            }
        }

        /// Nor has it a property for each value: it counts a quota in per cents, and knows no limit of no process.
        @Test(arguments: CgroupSetting.delegated)
        func anUpdateLeavesWhatSystemdHasNoWordsFor(_ setting: CgroupSetting) throws {
            let isVersion2 = HostFeature.cgroupV2.isThere()
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0["linux.resources"] = ["cpu": ["quota": 1234, "period": 50_000], "pids": ["limit": 0]]
                    if isVersion2 { $0["linux.resources.unified"] = ["memory.oom.group": "1"] }
                }
                try bundle.runDetached("exec sleep 1000")
                let result = try bundle.runc("update", "--memory", "64m", bundle.id)
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                let cgroup = try bundle.cgroup()
                #expect(try cgroup.read(v1: "memory.limit_in_bytes", v2: "memory.max") == "67108864")
                #expect(try cgroup.read(v1: "cpu.cfs_quota_us", v2: "cpu.max") == (isVersion2 ? "1234 50000" : "1234"))
                #expect(try cgroup.read(v1: "pids.max", v2: "pids.max") == "0")
                if isVersion2 { #expect(try bundle.read(cgroup.directory("") + "/memory.oom.group") == "1\n") }
            }
        }

        /// What ends is idleness; the weight is what it was, and stays so.
        @Test(arguments: CgroupSetting.delegated)
        func theEndOfIdlenessGivesTheWeightBack(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.cpu"] = ["shares": 512, "idle": 1] }
                try bundle.runDetached()
                for options in [["--cpu-idle", "0"], ["--pids-limit", "60"]] {
                    let result = try bundle.runtimeCommand(["update"] + options + [bundle.id]).run()
                    #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                    let cgroup = try bundle.cgroup()
                    #expect(try cgroup.read(v1: "cpu.idle", v2: "cpu.idle") == "0", "\(options)")
                    #expect(try cgroup.read(v1: "cpu.shares", v2: "cpu.weight") == (HostFeature.cgroupV2.isThere() ? "59" : "512"), "\(options)")
                }
            }
        }

        @Test(arguments: CgroupSetting.delegated)
        func idleIsTheLowestWeight(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.cpu.idle"] = 1 }
                try bundle.runDetached()
                #expect(try bundle.cgroup().read(v1: "cpu.idle", v2: "cpu.idle") == "1")
            }
        }

        /// Not even one: it is moved there.
        @Test(arguments: CgroupSetting.delegated)
        func aLimitOfNoProcessLetsTheFirstOneIn(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.pids.limit"] = 0 }
                try bundle.runDetached("exec sleep 1000")
                #expect(try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") == "0")
            }
        }

        /// The process that goes between on its way there does not count.
        @Test(.needs(.namespace("time")), arguments: CgroupSetting.delegated)
        func aLimitOfOneProcessLetsTheFirstOneIn(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0.setNamespace("time")
                    $0["linux.timeOffsets"] = ["monotonic": ["secs": 7200]]
                    $0["linux.resources.pids.limit"] = 1
                }
                try bundle.runDetached("exec sleep 1000")
                #expect(try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") == "1")
            }
        }

        /// BFQ alone has weights for a device.
        @Test(.needs(.bfq), arguments: CgroupSetting.delegated)
        func aDeviceHasAWeightOfItsOwn(_ setting: CgroupSetting) throws {
            let disk = try #require(Disk.bfq)
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.blockIO.weightDevice"] = [["major": .init(disk.major), "minor": .init(disk.minor), "weight": 300]] }
                try bundle.runDetached()
                let text = try bundle.cgroup().read(v1: "blkio.bfq.weight_device", v2: "io.bfq.weight")
                #expect(text.split(separator: "\n").contains("\(disk.number) 300"), "\(text)")
            }
        }

        // MARK: effects

        @Test(arguments: CgroupSetting.delegated)
        func tooMuchMemoryIsKilledFor(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.memory"] = ["limit": 16_777_216, "swap": 16_777_216] }
                let result = try bundle.sh("head -c 100000000 /dev/zero | tail -c 99999999 | wc -c; echo went on")
                #expect(result.text.hasSuffix("went on") && !result.text.contains("99999999"), "\(result)")
            }
        }

        /// Many lines in /etc/passwd take little of it.
        @Test func littleMemoryIsEnoughToFindAHome() throws {
            try withBundle(CgroupSetting.delegated[0]) { bundle in
                let path = "\(bundle.rootfs)/etc/passwd"
                unlink(path)
                try bundle.write(String(repeating: "::::::\n", count: 1 << 19) + "root:x:0:0:late:/late:/bin/sh\n", to: path)
                try bundle.edit { $0["linux.resources.memory"] = ["limit": 16_777_216] }
                #expect(try bundle.output("echo $HOME") == "/late")
                try bundle.runDetached()
                #expect(try bundle.execOutput("echo $HOME") == "/late")
            }
        }

        @Test(arguments: CgroupSetting.delegated)
        func aForkBeyondTheLimitIsRefused(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 4] }
                let result = try bundle.sh("for i in 1 2 3 4 5 6; do sleep 5 & done; wait")
                #expect(result.stderr.contains("can't fork"), "\(result)")
            }
        }

        @Test(arguments: CgroupSetting.delegated)
        func theQuotaThrottles(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources.cpu"] = ["quota": 5000, "period": 100_000] }
                try bundle.runDetached("while :; do :; done")
                #expect(try eventually { try !bundle.cgroup().read(v1: "cpu.stat", v2: "cpu.stat").contains("nr_throttled 0\n") })
            }
        }

        static let screen: JSONValue = [["path": "/dev/screen", "type": "c", "major": 7, "minor": 0, "fileMode": 0o666]]
        /// Those who make device nodes.
        static let roots = CgroupSetting.controlling.filter { $0.identity == .root }

        /// A node may be made of any device, and is of no use without a rule.
        @Test(arguments: Self.roots)
        func aDeviceWithoutARuleIsDenied(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.devices"] = Self.screen }
                let script = "(exec 3< /dev/screen) && echo opened; echo x > /dev/null && head -c1 /dev/zero | wc -c"
                let denied = try bundle.sh(script)
                #expect(denied.stderr.contains("Operation not permitted") && denied.text == "1", "\(denied)")
                try bundle.edit {
                    $0["linux.resources.devices"] = [["allow": false, "access": "rwm"], ["allow": true, "type": "c", "major": 7, "minor": 0, "access": "r"]]
                }
                #expect(try bundle.output(script) == "opened\n1")
            }
        }

        /// Rules that are given replace all that were.
        @Test(arguments: Self.roots)
        func anUpdateChangesTheDevices(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.devices"] = Self.screen }
                try bundle.runDetached()
                let open = "(exec 3< /dev/screen) && echo opened; true"
                #expect(try bundle.execOutput(open) == "")
                for (allow, text) in [(true, "opened"), (false, "")] {
                    let rules: JSONValue = ["devices": [["allow": false, "access": "rwm"], ["allow": .bool(allow), "type": "c", "major": 7, "minor": 0, "access": "rwm"]]]
                    try bundle.write(rules.serialized(), to: "\(bundle.directory)/rules.json")
                    let result = try bundle.runc("update", "--resources", "\(bundle.directory)/rules.json", bundle.id)
                    #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                    #expect(try bundle.execOutput(open) == text)
                }
            }
        }

        /// Not even for a moment, and one of a rule that systemd has no words for neither.
        @Test(arguments: Self.roots)
        func anUpdateLeavesTheDevicesThatItDoesNotChange(_ setting: CgroupSetting) throws {
            let rules: [JSONValue] = [["allow": false, "access": "rwm"], ["allow": true, "type": "c", "minor": 0, "access": "rw"]]
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0["linux.devices"] = Self.screen
                    $0.append(["path": "/dev/other", "type": "c", "major": 7, "minor": 1, "fileMode": 0o666], to: "linux.devices")
                    $0["linux.resources.devices"] = .array(rules)
                }
                let went = "\(bundle.rootfs)/tmp/went", failed = "\(bundle.rootfs)/tmp/failed"
                let isOpen = "(exec 3< /dev/null) && (exec 3< /dev/screen) && ! (exec 3< /dev/other) 2> /dev/null"
                try bundle.runDetached("while \(isOpen); do echo > /tmp/went; done; echo > /tmp/failed; sleep 1000")
                #expect(eventually { FileManager.default.fileExists(atPath: went) })
                for number in 2...4 {
                    let file = "\(bundle.directory)/resources.json"
                    // Others come and go; and a limit alone, where there is one.
                    var resources: JSONValue = ["devices": .array(rules + [["allow": true, "type": "b", "major": 7, "minor": .init(number), "access": "r"]])]
                    if setting.view == .asMounted && number == 3 { resources = ["pids": ["limit": 70]] }
                    try bundle.write(resources.serialized(), to: file)
                    let result = try bundle.runc("update", "--resources", file, bundle.id)
                    #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                }
                try FileManager.default.removeItem(atPath: went)
                #expect(eventually { [went, failed].contains { FileManager.default.fileExists(atPath: $0) } })
                #expect(!FileManager.default.fileExists(atPath: failed))
            }
        }

        // MARK: what cannot be

        /// For root in a container of somebody else's that sees its own cgroup, with its processes, as the top one: nothing is passed on
        /// from there, and what lies below takes processes all the same.
        @Test(.needs(.cgroupV2)) func belowACgroupWithProcessesThereAreNoLimits() throws {
            try withBundle(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                let top = "/sys/fs/cgroup/it-\(getpid())-busy"
                try bundle.makeDirectory(top)
                defer { #expect(eventually { rmdir(top) == 0 }) }
                let script = """
                    echo $$ > "$0/cgroup.procs" && exec unshare --cgroup --mount --propagation private sh -c \
                        'umount --recursive /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh "$@"
                    """
                let command = try bundle.runtimeCommand(["run", bundle.id], through: ["sh", "-c", script, top])
                try bundle.edit { $0.setShell("echo ran") }
                let result = try command.run()
                #expect(result.succeeded && result.text == "ran" && result.errors.isEmpty, "\(result)")
                #expect(try bundle.read(top + "/cgroup.type") == "domain\n")
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 100] }
                let limited = try command.run()
                #expect(limited.status == 1 && limited.errors.count == 1 && limited.stderr.contains("linux.resources.pids.limit 100") && limited.stderr.contains("not delegated"), "\(limited)")
            }
        }

        @Test(.needs(.cgroupV2), arguments: CgroupSetting.delegated.filter { $0.identity == .root })
        func version2TellsWhatItHasNot(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.edit { $0["linux.resources"] = ["memory": ["disableOOMKiller": true, "swappiness": 5], "network": ["classID": 7]] }
                let result = try bundle.sh("echo ran")
                #expect(result.succeeded && result.text == "ran" && result.errors.count == 1, "\(result)")
                for name in ["memory.disableOOMKiller true", "memory.swappiness 5", "network.classID 7"] { #expect(result.stderr.contains(name), "\(result)") }
            }
        }

        static let bad: [(field: String, value: JSONValue, text: String)] = [
            ("memory.limit", -2, "memory.limit"), ("memory", ["limit": 4_194_304, "swap": 4096], "memory.swap: 4096"), ("memory.reservation", -2, "memory.reservation"),
            ("cpu.shares", 262_145, "262145"), ("cpu.quota", -5, "-5"), ("cpu.period", 1_000_001, "1000001"), ("cpu", ["quota": 5000, "burst": 5001], "5001"),
            ("cpu.cpus", "0-4095", "0-4095"), ("cpu.mems", "63", "63"), ("cpu.cpus", "one", "one"), ("cpu.idle", 2, "cpu.idle"),
            ("pids.limit", -2, "pids.limit"), ("pids.limit", 9_000_000_000_000_000_000, "pids.limit 9000000000000000000"),
            ("blockIO.weight", 1001, "1001"), ("blockIO.throttleReadBpsDevice", [["major": 4000, "minor": 7, "rate": 1000]], "4000:7 1000"),
            ("memory", ["swap": 4096], "memory.swap 4096"), ("unified", ["no.such": "1"], "unified[\"no.such\"] 1"),
            ("unified", ["pids.nothing": "1"], "unified[\"pids.nothing\"] 1"), ("devices", [["allow": true, "access": "x"]], "devices[0].access"),
        ] + (HostFeature.cgroupV2.isThere() ? [("hugepageLimits", [["pageSize": "3MB", "limit": 1]], "3MB 1")] : [])

        /// With each driver; who asks makes no difference to a value.
        @Test(arguments: CgroupSetting.delegated.filter { $0.identity == .root })
        func aBadValueIsNamedBeforeAnythingStarts(_ setting: CgroupSetting) throws {
            for bad in Self.bad {
                try withBundle(setting) { bundle in
                    try bundle.edit { $0["linux.resources.\(bad.field)"] = bad.value }
                    let result = try bundle.sh("echo started")
                    #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                    #expect(result.stderr.contains("linux.resources.") && result.stderr.contains(bad.text), "\(result)")
                }
            }
        }
    }
}

extension Bundle {
    fileprivate func runDetached(with limits: [Limit]) throws {
        try edit { config in for limit in limits { config["linux.resources.\(limit.field)"] = limit.value } }
        try runDetached()
    }

    fileprivate func expect(_ limits: [Limit], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let cgroup = try cgroup()
        for limit in limits {
            let file = try #require(limit.file), text = try read("\(cgroup.directory(file.controller))/\(file.name)")
            #expect(text.split(separator: "\n").contains { $0 == file.line }, "\(limit.field): \(text)", sourceLocation: sourceLocation)
        }
        guard driver == .systemd else { return }
        let properties = limits.compactMap(\.property)
        let shown = try systemctl("show", "--property=\(properties.map { String($0.prefix { $0 != "=" }) }.joined(separator: ","))", unit())
        #expect(shown.succeeded && Set(shown.lines).isSuperset(of: properties), "\(properties) \(shown)", sourceLocation: sourceLocation)
    }
}
