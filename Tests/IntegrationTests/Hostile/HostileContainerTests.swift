import Foundation
import Testing

extension IntegrationTests {
    /// Containers that run already, and turn against the runtime when it comes to them again.
    @Suite struct HostileContainerTests {
        /// Root of the container, with all that its user namespace gives, looks at an `exec` that is inside but not yet
        /// what was asked for: its descriptors and its memory are the host's. The host's root, without a user namespace, may
        /// look where it has CAP_SYS_PTRACE or CAP_SYS_ADMIN; without them it is the first attack of this kind.
        @Test(arguments: Identity.allCases)
        func anExecCannotBeLookedInto(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let all = ["CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_KILL"] + (identity == .root ? [] : ["CAP_SYS_PTRACE", "CAP_SYS_ADMIN"])
                try bundle.edit { config in
                    if identity != .root { config.setNamespace("user") }
                    if identity == .rootInUserNamespace {
                        for kind in ["uidMappings", "gidMappings"] { config.addMapping(kind, containerID: 0, hostID: 0, size: 1) }
                    }
                    for set in ["bounding", "permitted", "effective"] { config["process.capabilities.\(set)"] = JSONValue(all) }
                }
                try bundle.runDetached()
                // The runtime waits for somebody to take the pidfd, and the process inside for the runtime.
                let socket = try FullSocket(bundle, "full.sock")
                let exec = try bundle.runtimeCommand(["exec", "--pidfd-socket", socket.path, bundle.id, "true"]).start()
                defer { exec.signal(SIGKILL) }
                let look = """
                    for process in /proc/[0-9]*; do
                        [ "$(cat $process/comm)" = runc ] || continue
                        echo seen
                        ls -l $process/fd 2>/dev/null | grep -e '->' && echo descriptors
                        cat $process/environ 2>/dev/null | grep -q . && echo environment
                        ls -l $process/exe $process/root $process/cwd 2>/dev/null | grep -e '->' && echo links
                        dd if=$process/mem bs=1 count=1 2>/dev/null && echo memory
                    done
                    true
                    """
                var output = ""
                #expect(try eventually {
                    output = try bundle.execOutput(look)
                    return output.contains("seen")
                })
                #expect(output == "seen", "\(output)")
            }
        }

        /// The same of the init of a container that joins another's namespaces: until it is set up, its root is the host's. Who
        /// looks is no other process, so that the next pid is the other init's; and comes in time for most of them.
        @Test(arguments: [Identity.root, .subordinateRanges])
        func whoJoinsItsNamespacesCannotBeLookedInto(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let user = try TestHost.shared.user
                try bundle.edit { config in
                    if identity == .root {
                        config.setNamespace("user")
                        config.addMapping("uidMappings", containerID: 0, hostID: user.subUIDs[0].first, size: 1000)
                        config.addMapping("gidMappings", containerID: 0, hostID: user.subGIDs[0].first, size: 1000)
                    }
                    for set in ["bounding", "permitted", "effective"] { config.append("CAP_SYS_PTRACE", to: "process.capabilities.\(set)") }
                }
                if identity == .root {
                    try PlainCommand.run(["chown", "-R", "-h", "\(user.subUIDs[0].first):\(user.subGIDs[0].first)", bundle.rootfs])
                }
                try bundle.write("", to: "\(bundle.rootfs)/inside", mode: 0o644)
                try bundle.runDetached(
                    """
                    echo > /tmp/ready
                    next=2
                    while :; do
                        if cd /proc/$next/root 2>/dev/null; then [ -e inside ] || echo > /tmp/outside; fi
                        [ ! -d /proc/$((next + 1)) ] || next=$((next + 1))
                    done
                    """)
                #expect(eventually { access("\(bundle.rootfs)/tmp/ready", F_OK) == 0 })
                let target = try bundle.initPID(), other = bundle.anotherID()
                try bundle.edit { config in
                    config.setNamespace("user", path: "/proc/\(target)/ns/user")
                    config.setNamespace("pid", path: "/proc/\(target)/ns/pid")
                    for kind in ["uidMappings", "gidMappings"] { config["linux.\(kind)"] = nil }
                    config.setArguments(["true"])
                }
                for _ in 0..<20 {
                    let result = try bundle.runtimeCommand(["run", other]).run()
                    #expect(result.succeeded, "\(result)")
                }
                #expect(access("\(bundle.rootfs)/tmp/outside", F_OK) != 0)
            }
        }

        /// What the kernel calls a zombie is only its first thread.
        @Test(.needs(.tool("perl")), arguments: [Identity.root, .oneID], ["kill", "delete"])
        func whoseFirstThreadHasEndedStillRuns(_ identity: Identity, _ subcommand: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { config in
                    for path in ["/usr", "/lib", "/lib64"] { config.addBind(path, to: path, ["rbind", "ro"]) }
                    config.setArguments(["/usr/bin/perl", "-Mthreads", "-e", "require q(syscall.ph); threads->create(sub { sleep 1000 }); select(undef, undef, undef, 0.1); syscall(SYS_exit(), 0)"])
                }
                let run = try bundle.runtimeCommand(["run", "--detach", bundle.id]).run()
                try #require(run.succeeded, "\(run)")
                let pid = try bundle.initPID()
                #expect(try eventually { try bundle.read("/proc/\(pid)/stat").contains(") Z ") })
                #expect(try bundle.status() == "running")
                if subcommand == "kill" {
                    #expect(try !bundle.runc("delete", bundle.id).succeeded, "it runs")
                    #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                    #expect(try bundle.waitForStatus("stopped"))
                    #expect(try bundle.runc("delete", bundle.id).succeeded)
                } else {
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded, "\(deleted)")
                }
                let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
                #expect(threads.count < 2, "all of it has ended")
            }
        }

        /// No process has a capability in its inheritable set that was not asked for there: with one, a file's own
        /// inheritable capabilities would give it back to a process that gave it up.
        @Test(arguments: [Identity.root, .subordinateRanges])
        func noCapabilityIsInheritable(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let look = "grep CapInh /proc/self/status | cut -f 2"
                #expect(try bundle.output(look) == "0000000000000000")
                try bundle.runDetached()
                #expect(try bundle.execOutput(look) == "0000000000000000")
                #expect(try bundle.execOutput(look, options: ["--cap", "CAP_NET_ADMIN"]) == "0000000000000000")
                #expect(try bundle.execOutput(look, options: ["--cap", "CAP_NET_ADMIN", "--user", "1000"]) == "0000000000000000")
            }
        }

        /// `--user` is the number that it says, in whichever form, or an error: never root by mistake.
        @Test func execUserIsTheNumberThatItSays() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                for (text, ids) in [("1", "1 0"), ("1:2", "1 2"), ("0", "0 0"), ("01", "1 0"), ("4294967294", "4294967294 0"), ("7:4294967294", "7 4294967294")] {
                    #expect(try bundle.execOutput("echo $(id -u) $(id -g)", options: ["-u", text]) == ids, "\(text)")
                }
                for text in ["", ":", "1:", ":1", "1:2:3", "-1", "+1", " 1", "1 ", "0x1", "1e0", "root", "1\n", "4294967295", "1:4294967295", "4294967296", "18446744073709551616"] {
                    let result = try bundle.exec(["id"], options: ["-u", text])
                    #expect(result.status != 0 && result.stdout.isEmpty && result.errors.count == 1, "\(text.debugDescription): \(result)")
                }
            }
        }

        /// The id that the kernel takes for "no change" would leave the process root.
        @Test(arguments: ["uid", "gid", "additionalGids"])
        func theIDThatMeansNoChangeIsRefused(_ field: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.user.\(field)"] = field == "additionalGids" ? [4_294_967_295] : 4_294_967_295 }
                let result = try bundle.sh("id")
                #expect(result.status == 1 && result.stdout.isEmpty && result.stderr.contains(field), "\(result)")
            }
        }

        /// A hierarchy of cgroups that belongs to the user is not writable from inside, without a cgroup namespace and with
        /// /sys bound from the host, whether the container mounts cgroups over it or not.
        @Test(arguments: Identity.rootless, [true, false])
        func cgroupsOfTheUserAreNotWritable(_ identity: Identity, hasCgroupMount: Bool) throws {
            try withBundle(identity) { bundle in
                let group = "\(try HostCgroup(of: getpid()).directory("pids"))/\(bundle.id).own"
                guard mkdir(group, 0o755) == 0, try chown(group, identity.hostUID, identity.hostGID) == 0 else { throw HarnessError("cannot make \(group)") }
                defer {
                    rmdir("\(group)/new")
                    rmdir(group)
                }
                let name = String(group.split(separator: "/").last!)
                try bundle.edit {
                    $0.removeNamespace("cgroup")
                    $0.removeMount("/sys/fs/cgroup")
                    $0.removeMount("/sys")
                    $0.addMount("/sys", type: "none", source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"])
                    if hasCgroupMount {
                        $0.addMount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime"])
                    }
                }
                let output = try bundle.output(
                    "for group in $(find /sys/fs/cgroup -name \(name)) /sys/fs/cgroup/*; do mkdir $group/new 2>/dev/null && echo made $group/new; done; true")
                #expect(output == "", "\(output)")
            }
        }

        // MARK: a hostile cgroup

        /// In version 1, where what stands still does not die: in a cgroup below the container's own, which it has frozen itself.
        enum Frozen: String, CaseIterable, CustomTestStringConvertible {
            case initProcess, child
            /// Whoever is left freezes it again and again.
            case persistently

            var testDescription: String { rawValue }

            /// 0 is who writes: another number would mean a process of the host's where its PID namespace is.
            var script: String {
                let enter = "echo 0 > $sub/cgroup.procs", freeze = "echo FROZEN > $sub/freezer.state", wait = "while :; do sleep 0.05; done"
                let steps = switch self {
                case .initProcess: "\(enter); \(freeze); \(wait)"
                case .child: "{ \(enter); \(freeze); \(wait); } & \(wait)"
                case .persistently: "while :; do \(freeze); done & \(enter); \(wait)"
                }
                return "sub=/sys/fs/cgroup/freezer/sub; mkdir $sub || exit 1; \(steps)"
            }
        }

        @Test(.needs(.cgroupV1), arguments: Frozen.allCases, [true, false])
        func whatFreezesItselfIsKilledAndDeleted(_ frozen: Frozen, ownPIDNamespace: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { config in
                    config.removeMount("/sys/fs/cgroup")
                    config.addMount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "rw"])
                    config.setNamespace("cgroup")
                    if !ownPIDNamespace { config.removeNamespace("pid") }
                }
                for killsFirst in [true, false] {
                    try bundle.runDetached(frozen.script)
                    let pid = try bundle.initPID()
                    let cgroup = "\(try HostCgroup(of: pid).directory("freezer").components(separatedBy: bundle.id)[0])\(bundle.id)/sub"
                    // Whatever becomes of the test.
                    defer { try? "THAWED".write(toFile: "\(cgroup)/freezer.state", atomically: false, encoding: .utf8) }
                    try #require(eventually { (try? bundle.read("\(cgroup)/freezer.state")) == "FROZEN\n" && (try? bundle.read("\(cgroup)/cgroup.procs")) != "" })
                    if killsFirst {
                        let killed = try bundle.runc("kill", bundle.id, "KILL")
                        #expect(killed.succeeded, "\(killed)")
                        #expect(eventually(withinSeconds: 5) { hasEnded(pid) })
                    }
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    try #require(deleted.succeeded, "\(deleted)")
                    #expect(try Leftovers(of: bundle).afterAWhile() == [])
                }
            }
        }

        // MARK: a hostile /proc

        /// Another container's mount namespace is joined, whose /proc is files that took the names of the kernel's: what the
        /// runtime writes there it writes to the kernel, and what it reads there is the kernel's.
        @Test func aJoinedProcIsNotBelieved() throws {
            try withBundle(.root) { bundle in
                let hide = """
                    mount -t tmpfs tmpfs /proc || exit 1
                    mkdir -p /proc/self/attr /proc/self/fd /proc/sys/kernel
                    for file in self/timens_offsets self/setgroups self/oom_score_adj self/attr/exec sys/kernel/domainname; do echo untouched > /proc/$file; done
                    echo > /out/ready
                    trap 'exit 0' TERM; while :; do sleep 0.05; done
                    """
                let out = try bundle.shareDirectory()
                try bundle.edit { config in
                    for set in ["bounding", "permitted", "effective"] { config.append("CAP_SYS_ADMIN", to: "process.capabilities.\(set)") }
                    config["linux.maskedPaths"] = []
                    config["linux.readonlyPaths"] = []
                }
                try bundle.runDetached(hide)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                let host = try bundle.initPID()

                let other = bundle.anotherID()
                try bundle.edit { config in
                    config.setNamespace("mount", path: "/proc/\(host)/ns/mnt")
                    config.setNamespace("time")
                    config["linux.timeOffsets"] = ["monotonic": ["secs": 1_000_000]]
                    config["linux.sysctl"] = ["kernel.domainname": "written"]
                    config["process.oomScoreAdj"] = 321
                    config["mounts"] = []
                    config.setShell("trap 'exit 0' TERM; echo > /out/other; while :; do sleep 0.05; done")
                }
                let result = try bundle.runtimeCommand(["run", "--detach", other]).run()
                try #require(result.succeeded, "\(result)")
                let pid = try #require(try JSONValue(parsing: bundle.runc("state", other).stdout)["pid"]?.integer)
                #expect(try bundle.read("/proc/\(pid)/oom_score_adj") == "321\n")
                #expect(try bundle.read("/proc/\(pid)/timens_offsets").contains("1000000"))
                let domain = try PlainCommand.run(["nsenter", "--target", "\(pid)", "--uts", "cat", "/proc/sys/kernel/domainname"])
                #expect(domain == "written")
                let fake = try PlainCommand.run(["nsenter", "--target", "\(host)", "--mount", "/bin/sh", "-c", "cat /proc/self/* /proc/sys/kernel/* 2>/dev/null | sort -u"])
                #expect(fake == "untouched", "\(fake)")
            }
        }

        /// What stands for /dev/null in the container is looked at before it is opened: a FIFO would keep whoever opens it for
        /// reading, and a container that waits in one would learn of whoever writes.
        @Test func execOpensNoNullOfTheContainers() throws {
            try withBundle(.root) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.runDetached(
                    """
                    rm /dev/null && mkfifo /dev/null || exit 1
                    echo > /out/ready
                    cat /dev/null > /out/opened; echo > /out/opened-and-closed
                    trap 'exit 0' TERM; while :; do sleep 0.05; done
                    """)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                var command = try bundle.runtimeCommand(["exec", bundle.id, "true"])
                command.limitSeconds = 30
                let result = try command.run()
                #expect(result.succeeded, "\(result)")
                usleep(300_000)
                #expect(!FileManager.default.fileExists(atPath: "\(out)/opened-and-closed"), "nobody opened it")
            }
        }

        /// `exec` into a container that has mounted over its /proc: what it reads and writes of itself is the kernel's. Labels,
        /// which it writes by itself, need a kernel that has some.
        @Test(arguments: [Identity.root, .oneID])
        func execDoesNotBelieveTheContainersProc(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit { config in
                    for set in ["bounding", "permitted", "effective"] { config.append("CAP_SYS_ADMIN", to: "process.capabilities.\(set)") }
                    config["linux.maskedPaths"] = []
                    config["linux.readonlyPaths"] = []
                }
                try bundle.runDetached(
                    """
                    mkdir /real && mount -t proc proc /real && mount -t tmpfs tmpfs /proc || exit 1
                    mkdir -p /proc/self/attr /proc/self/fd
                    echo allow > /proc/self/setgroups
                    for process in self $(seq 1 200); do
                        mkdir -p /proc/$process
                        echo untouched > /proc/$process/oom_score_adj
                    done
                    echo > /out/ready
                    trap 'exit 0' TERM; while :; do sleep 0.05; done
                    """)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                #expect(try bundle.execOutput("cat /proc/self/setgroups; id -u") == "allow\n0")
                // A user may not change that of what cannot be looked into.
                guard identity == .root else { return }
                var process = try #require(try bundle.config()["process"])
                process["args"] = ["sh", "-c", "cat /real/self/oom_score_adj; cat /proc/*/oom_score_adj | sort -u"]
                process["oomScoreAdj"] = 321
                try bundle.write(process.serialized(), to: "\(bundle.directory)/process.json")
                let result = try bundle.exec([], options: ["--process", "\(bundle.directory)/process.json"])
                #expect(result.succeeded && result.text == "321\nuntouched", "\(result)")
            }
        }
    }
}
