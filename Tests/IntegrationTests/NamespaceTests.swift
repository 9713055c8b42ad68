import Foundation
import Testing

extension IntegrationTests {
    /// Namespaces made, joined by path, and shared with the host; told apart by inode.
    @Suite struct NamespaceTests {
        /// The runtime-spec's names and those of /proc/PID/ns.
        private static let links = [
            "pid": "pid", "network": "net", "ipc": "ipc", "uts": "uts", "mount": "mnt", "cgroup": "cgroup", "user": "user", "time": "time",
        ]

        private func inode(_ type: String, of process: String = "self") throws -> String {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/\(Self.links[type]!)")
        }

        /// The inode inside, of a container that has just been given these namespaces.
        private func inside(_ bundle: Bundle, _ types: [String]) throws -> [String: String] {
            let output = try bundle.output(types.map { "readlink /proc/self/ns/\(Self.links[$0]!)" }.joined(separator: "; "))
            return Dictionary(uniqueKeysWithValues: zip(types, output.split(separator: "\n").map(String.init)))
        }

        /// A process in new namespaces of these kinds; its namespaces can be joined.
        private func holder(_ types: [String], _ bundle: Bundle) throws -> RunningCommand {
            let options = types.map { "--\($0 == "network" ? "net" : $0)" } + (types.contains("pid") ? ["--fork", "--kill-child", "--mount-proc"] : [])
                + (types.contains("user") ? ["--map-root-user"] : [])
            let ready = "\(bundle.directory)/ready-\(UniqueNumber.next())"
            // The pid that counts is the one outside, of the process that is inside.
            let command = Command(
                arguments: ["unshare"] + options + ["sh", "-c", "echo > \(ready); exec sleep 1000"],
                environment: try Identity.root.environment(mark: bundle.id))
            let running = try command.start()
            guard eventually({ FileManager.default.fileExists(atPath: ready) }) else { throw HarnessError("no holder: \(running.stderr)") }
            return running
        }

        /// The process inside that a holder's command has become, or has forked.
        private func insider(_ holder: RunningCommand) throws -> pid_t {
            let children = try String(contentsOfFile: "/proc/\(holder.pid)/task/\(holder.pid)/children", encoding: .utf8)
            return children.split(separator: " ").first.flatMap { pid_t($0) } ?? holder.pid
        }

        @Test(arguments: Identity.allCases, ["pid", "network", "ipc", "uts", "mount", "cgroup"])
        func aNewOneIsNotTheHosts(_ identity: Identity, _ type: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setNamespace(type) }
                let inside = try inside(bundle, [type])
                let holder = identity == .rootInUserNamespace ? "\(try UserNamespaceHolder.shared.pid)" : "self"
                #expect(try inside[type] != inode(type, of: holder))
            }
        }

        @Test(arguments: [Identity.root, .oneID, .rootInUserNamespace], ["network", "ipc", "uts", "cgroup"])
        func oneThatIsNotNamedIsTheHosts(_ identity: Identity, _ type: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.removeNamespace(type)
                    if type == "uts" { $0["hostname"] = nil }
                    // In a user namespace sysfs wants a network namespace, and mqueue an IPC namespace, of its own.
                    if identity != .root, type == "network" { $0.removeMount("/sys/fs/cgroup"); $0.removeMount("/sys") }
                    if identity != .root, type == "ipc" { $0.removeMount("/dev/mqueue") }
                }
                let inside = try inside(bundle, [type])
                #expect(try inside[type] == inode(type))
            }
        }

        @Test func theHostsPIDNamespaceShowsTheHostsProcesses() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.removeNamespace("pid") }
                let output = try bundle.output("readlink /proc/self/ns/pid; echo $$; test -d /proc/\(getpid()) && echo seen")
                #expect(try output.hasPrefix(inode("pid")))
                #expect(output.hasSuffix("seen"))
                #expect(!output.contains("\n1\n"))
            }
        }

        /// proc cannot be mounted there by a user; either there is a fallback, or one is told what is in the way.
        @Test func theHostsPIDNamespaceAsAUserWorksOrIsExplained() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.removeNamespace("pid") }
                let result = try bundle.sh("readlink /proc/self/ns/pid")
                if result.succeeded {
                    #expect(try result.text == inode("pid"))
                } else {
                    #expect(result.stderr.contains("/proc") && result.stderr.contains("hint"), "\(result)")
                }
            }
        }

        @Test func hostnameWithoutAUTSNamespaceIsRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.removeNamespace("uts") }
                let host = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.stderr.contains("hostname"), "\(result)")
                #expect(try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8) == host)
            }
        }

        @Test(arguments: ["pid", "network", "ipc", "uts", "cgroup", "time"])
        func oneIsJoinedByPath(_ type: String) throws {
            try withBundle(.root) { bundle in
                let holder = try holder([type], bundle)
                let target = try insider(holder)
                try bundle.edit {
                    $0.setNamespace(type, path: "/proc/\(target)/ns/\(Self.links[type]!)")
                }
                let inside = try inside(bundle, [type])
                #expect(try inside[type] == inode(type, of: "\(target)"))
                #expect(try inside[type] != inode(type))
            }
        }

        /// Also where nothing else is made: the host's root must not be the container's.
        @Test(arguments: [[], ["network"]] as [[String]])
        func aUserNamespaceIsJoinedWhereNothingIsMade(_ others: [String]) throws {
            try withBundle(.root) { bundle in
                let holder = try holder(["user"] + others, bundle)
                let target = try insider(holder)
                try bundle.edit { config in
                    config["linux.namespaces"] = []
                    config["hostname"] = nil
                    config.mountNothing()
                    for type in ["user"] + others { config.setNamespace(type, path: "/proc/\(target)/ns/\(Self.links[type]!)") }
                    config.setArguments(["sleep", "1000"])
                }
                try bundle.create()
                try bundle.start()
                let pid = try bundle.initPID()
                for type in ["user"] + others { #expect(try inode(type, of: "\(pid)") == inode(type, of: "\(target)")) }
            }
        }

        /// Nobody can join the user namespace that he is in.
        @Test func aUserNamespaceThatCannotBeJoinedIsNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setNamespace("user", path: "/proc/self/ns/user") }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("setns /proc/self/ns/user: invalid argument"), "\(result)")
            }
        }

        /// Several at once: joined ones and new ones, with and without a user namespace.
        @Test(arguments: [
            (["network", "ipc", "uts"], []), (["pid"], ["network", "ipc"]), (["pid", "network", "ipc", "uts", "cgroup"], ["mount"]),
            (["user"], ["network", "ipc", "uts", "pid", "cgroup"]), (["user", "network"], ["pid", "ipc", "uts"]),
            (["user", "pid"], ["network", "ipc", "uts"]), (["user", "pid", "network", "ipc", "uts"], []),
            (["user", "pid", "network", "ipc", "uts", "cgroup"], ["time"]), (["pid", "network"], ["time", "uts"]),
        ] as [([String], [String])])
        func theyCombine(joined: [String], new: [String]) throws {
            try withBundle(.root) { bundle in
                let holder = try holder(joined, bundle)
                let target = try insider(holder)
                try bundle.edit {
                    for type in joined { $0.setNamespace(type, path: "/proc/\(target)/ns/\(Self.links[type]!)") }
                    for type in new { $0.setNamespace(type) }
                }
                let inside = try inside(bundle, joined + new)
                for type in joined { #expect(try inside[type] == inode(type, of: "\(target)"), "\(type) is joined") }
                for type in new {
                    #expect(try inside[type] != inode(type), "\(type) is new")
                    #expect(try inside[type] != inode(type, of: "\(target)"), "\(type) is new")
                }
            }
        }

        /// New ones belong to the joined user namespace: its root may set the hostname and configure the network.
        @Test func newOnesBelongToTheJoinedUserNamespace() throws {
            try withBundle(.root) { bundle in
                let holder = try holder(["user"], bundle)
                try bundle.edit {
                    $0.setNamespace("user", path: "/proc/\(holder.pid)/ns/user")
                    for set in ["bounding", "effective", "permitted"] { $0.append("CAP_SYS_ADMIN", to: "process.capabilities.\(set)") }
                }
                #expect(try bundle.output("hostname changed && hostname") == "changed")
            }
        }

        /// A new user namespace with a joined PID namespace cannot be expressed by one clone.
        @Test func aNewUserNamespaceWithAJoinedPIDNamespace() throws {
            try withBundle(.root) { bundle in
                let holder = try holder(["pid"], bundle)
                let target = try insider(holder)
                try bundle.edit {
                    $0.setNamespace("user")
                    $0.setNamespace("pid", path: "/proc/\(target)/ns/pid")
                    for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 0, size: 65536) }
                    // Only a process whose user namespace owns the PID namespace may mount its proc.
                    $0.editMount("/proc") { $0["type"] = "bind"; $0["source"] = "/proc"; $0["options"] = ["rbind"] }
                    $0["linux.maskedPaths"] = []
                    $0["linux.readonlyPaths"] = []
                }
                let inside = try inside(bundle, ["user"])
                #expect(try inside["user"] != inode("user"))
            }
        }

        @Test func aJoinedPIDNamespaceGivesTheHostsPIDInTheState() throws {
            try withBundle(.root) { bundle in
                let holder = try holder(["pid"], bundle)
                let target = try insider(holder)
                try bundle.edit { $0.setNamespace("pid", path: "/proc/\(target)/ns/pid") }
                try bundle.runDetached()
                let pid = try bundle.initPID()
                #expect(try inode("pid", of: "\(pid)") == inode("pid", of: "\(target)"))
                #expect(try bundle.execOutput("readlink /proc/self/ns/pid") == inode("pid", of: "\(target)"))
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                #expect(kill(target, 0) == 0, "the namespace was only borrowed: its processes live on")
            }
        }

        /// They do not die with init, as those of a namespace of its own do.
        @Test(arguments: ["kill", "delete"])
        func processesInAJoinedPIDNamespaceEndWithTheContainer(_ command: String) throws {
            try withBundle(.root) { bundle in
                let holder = try holder(["pid"], bundle)
                let target = try insider(holder)
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    $0.setNamespace("pid", path: "/proc/\(target)/ns/pid")
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string("echo > \(out)/poststop")]], to: "hooks.poststop")
                }
                try bundle.runDetached("setsid sleep 1000 & echo > /out/ready; exec sleep 1000")
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                let list = "\(try bundle.cgroup().directory("pids"))/cgroup.procs"
                let pids = try bundle.read(list).split(separator: "\n").compactMap { pid_t($0) }
                #expect(pids.count == 2)
                if command == "kill" {
                    let killed = try bundle.runc("kill", bundle.id, "KILL")
                    #expect(killed.succeeded, "\(killed)")
                    #expect(try eventually { try bundle.read(list).isEmpty })
                }
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
                #expect(FileManager.default.fileExists(atPath: "\(out)/poststop"))
                for pid in pids { #expect(hasEnded(pid)) }
                #expect(kill(target, 0) == 0)
            }
        }

        @Test(arguments: [("/proc/self/ns/ipc", "network"), ("/nowhere", "network"), ("/etc/passwd", "network")])
        func aPathThatIsNoSuchNamespaceIsRefused(_ path: String, type: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setNamespace(type, path: path) }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(path) || result.stderr.contains("namespace"), "\(result)")
            }
        }

        @Test(.needs(.namespace("time")), arguments: [Identity.root, .oneID])
        func aTimeNamespaceHasItsOffsets(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.setNamespace("time")
                    $0["linux.timeOffsets"] = ["monotonic": ["secs": 7200, "nanosecs": 0], "boottime": ["secs": 864_000, "nanosecs": 5]]
                }
                let output = try bundle.output("readlink /proc/self/ns/time; cut -d . -f 1 /proc/uptime; cat /proc/self/timens_offsets")
                let lines = output.split(separator: "\n").map(String.init)
                #expect(try lines[0] != inode("time"))
                #expect(try #require(Int(lines[1])) >= 864_000)
                #expect(lines.contains { $0.split(separator: " ") == ["monotonic", "7200", "0"] })
                #expect(lines.contains { $0.split(separator: " ") == ["boottime", "864000", "5"] })
            }
        }

        @Test func allEightAreNewForAUser() throws {
            try withBundle(.oneID) { bundle in
                let types = Self.links.keys.sorted()
                try bundle.edit { for type in types { $0.setNamespace(type) } }
                let inside = try inside(bundle, types)
                for type in types { #expect(try inside[type] != inode(type), "\(type)") }
                #expect(Set(inside.values).count == 8)
            }
        }

        @Test(arguments: Identity.allCases)
        func theCgroupNamespaceIsRootedAtTheContainersCgroup(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setNamespace("cgroup") }
                let lines = try bundle.output("cut -d : -f 3 /proc/self/cgroup").split(separator: "\n")
                #expect(Set(lines) == ["/"])
            }
        }
    }
}
