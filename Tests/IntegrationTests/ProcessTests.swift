import Foundation
import Testing

extension IntegrationTests {
    /// What the container's process is given before it is executed.
    @Suite struct ProcessTests {
        @Test(arguments: Identity.allCases)
        func hasItsHostname(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let host = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
                try bundle.edit { $0["hostname"] = "a-name"; $0["domainname"] = "a.domain" }
                #expect(try bundle.output("hostname; cat /proc/sys/kernel/domainname") == "a-name\na.domain")
                #expect(try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8) == host)
            }
        }

        @Test(arguments: Identity.allCases)
        func hasItsLimits(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.rlimits"] = [
                        ["type": "RLIMIT_NOFILE", "soft": 321, "hard": 654], ["type": "RLIMIT_CORE", "soft": 0, "hard": 0],
                        ["type": "RLIMIT_FSIZE", "soft": 1_000_000, "hard": 2_000_000],
                    ]
                }
                let output = try bundle.output("cat /proc/self/limits")
                func limit(_ name: String) -> [Substring] { output.split(separator: "\n").first { $0.hasPrefix(name) }?.dropFirst(name.count).split(separator: " ") ?? [] }
                #expect(limit("Max open files").prefix(2) == ["321", "654"])
                #expect(limit("Max core file size").prefix(2) == ["0", "0"])
                #expect(limit("Max file size").prefix(2) == ["1000000", "2000000"])
            }
        }

        @Test(arguments: Identity.allCases)
        func hasItsOOMScoreAdjustment(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.oomScoreAdj"] = 123 }
                #expect(try bundle.output("cat /proc/self/oom_score_adj") == "123")
            }
        }

        @Test(arguments: Identity.allCases)
        func inheritsTheOOMScoreAdjustment(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.oomScoreAdj"] = nil }
                let own = try String(contentsOfFile: "/proc/self/oom_score_adj", encoding: .utf8)
                #expect(try bundle.output("cat /proc/self/oom_score_adj") + "\n" == own)
            }
        }

        @Test(arguments: Identity.allCases, ["/", "/tmp", "/made/by/the/runtime"])
        func startsInItsDirectory(_ identity: Identity, _ directory: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.cwd"] = .string(directory) }
                #expect(try bundle.output("pwd") == directory)
            }
        }

        @Test func staysInsideWithItsDirectory() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.cwd"] = "/proc/self/fd/7/../../../.." }
                let result = try bundle.sh("/bin/pwd; ls /bin/busybox")
                #expect(result.status == 1 || result.lines.last == "/bin/busybox", "\(result)")
                #expect(!result.stdout.contains(bundle.directory))
            }
        }

        @Test(arguments: Identity.allCases)
        func hasExactlyItsEnvironment(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.env"] = ["PATH=/bin", "A=replaced", "AA=1", "A=1", "B=with = and spaces", "EMPTY="]
                    $0.setArguments(["env"])
                }
                let result = try bundle.run()
                #expect(result.lines.sorted() == ["A=1", "AA=1", "B=with = and spaces", "EMPTY=", "HOME=/root", "PATH=/bin"], "\(result)")
            }
        }

        /// HOME is that of the container's /etc/passwd, where the configuration has none.
        @Test(arguments: [(0, "/root"), (1000, "/home/worker"), (4242, "/")])
        func hasAHome(_ uid: Int, home: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.user"] = ["uid": .init(uid), "gid": .init(uid)] }
                #expect(try bundle.output("echo $HOME") == home)
                try bundle.edit { $0.setEnvironment("HOME", "/given") }
                #expect(try bundle.output("echo $HOME") == "/given")
            }
        }

        @Test(arguments: [Identity.root, .subordinateRanges, .rootInUserNamespace])
        func hasItsUserAndGroups(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.user"] = ["uid": 1000, "gid": 1001, "additionalGids": [7, 8, 1000], "umask": 0o27] }
                let output = try bundle.output("id -u; id -g; grep -E '^(Uid|Gid|Groups):' /proc/self/status; umask")
                #expect(output.split(whereSeparator: \.isWhitespace) == [
                    "1000", "1001", "Uid:", "1000", "1000", "1000", "1000", "Gid:", "1001", "1001", "1001", "1001", "Groups:", "7", "8", "1000", "0027",
                ], "\(output)")
            }
        }

        @Test(arguments: [Identity.root, .rootInUserNamespace])
        func hasNoGroupsWhereNoneAreGiven(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let output = try bundle.output("grep '^Groups:' /proc/self/status | tr -d '[:space:]'")
                #expect(output == "Groups:")
            }
        }

        /// Without newgidmap setgroups is denied, and an unmapped group does not exist.
        @Test(arguments: [(Identity.oneID, 7), (.oneID, 0), (.subordinateRanges, 500_000)])
        func additionalGroupsThatCannotBeAreNamed(_ identity: Identity, gid: Int) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.user.additionalGids"] = [.init(gid)] }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("\(gid)") && result.stderr.contains("additionalGids"), "\(result)")
            }
        }

        @Test(arguments: ["uid", "gid"])
        func anUnmappedUserIsNamed(_ kind: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0["process.user.\(kind)"] = 1000 }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("1000") && result.stderr.contains("process.user.\(kind)"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases, [true, false])
        func hasNoNewPrivilegesWhereThatIsAskedFor(_ identity: Identity, _ set: Bool) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["process.noNewPrivileges"] = .bool(set) }
                #expect(try bundle.output("grep NoNewPrivs /proc/self/status") == "NoNewPrivs:\t\(set ? 1 : 0)")
            }
        }

        /// Nothing of ours leaks in, whatever descriptors we have been given.
        @Test(arguments: Identity.allCases)
        func hasThreeDescriptors(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["ls", "/proc/self/fd"]) }
                var command = try bundle.runtimeCommand(["run", bundle.id])
                let leak = open("/etc/passwd", O_RDONLY)
                defer { close(leak) }
                command.descriptors = [leak, leak, leak]
                let result = try command.run()
                #expect(result.succeeded, "\(result)")
                #expect(result.lines == ["0", "1", "2", "3"], "3 is the directory that is listed: \(result)")
            }
        }

        /// The process is the session's leader, and has default signals and none blocked.
        @Test(arguments: [Identity.root, .oneID])
        func startsWithAClean(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["cat", "/proc/self/status"]) }
                let result = try bundle.runtimeCommand(["run", bundle.id], through: ["sh", "-c", "trap '' HUP USR1; exec \"$@\"", "sh"]).run()
                #expect(result.succeeded, "\(result)")
                #expect(result.stdout.contains("SigBlk:\t0000000000000000"), "\(result)")
                #expect(result.stdout.contains("Threads:\t1"))
            }
        }

        @Test(arguments: Identity.allCases)
        func isTheFirstOneInside(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let output = try bundle.output("echo $$; ps -o pid,comm > /tmp/list; wc -l < /tmp/list")
                #expect(output == "1\n3", "the shell and ps below a header: \(output)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func passesInputAndOutputThrough(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("tr a-z A-Z; echo oops >&2; exit 7") }
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.input = .text("hello\n")
                let result = try command.run()
                #expect(result.stdout == "HELLO\n" && result.stderr == "oops\n" && result.status == 7, "\(result)")
            }
        }

        @Test func sysctlsAreSet() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.sysctl"] = ["net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"] }
                #expect(try bundle.output("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced") == "1\n1")
            }
        }

        @Test(arguments: [
            (["kernel.pid_max": "99"], "kernel.pid_max: is not in a namespace"), (["kernel.hostname": "x"], "kernel.hostname: contradicts hostname"),
            (["net.ipv4.ip_forward": "1"], "net.ipv4.ip_forward: would change the host"),
        ] as [(JSONValue, String)])
        func sysctlsOfTheHostAreRefused(_ sysctl: JSONValue, _ named: String) throws {
            try withBundle(.root) { bundle in
                let own = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_forward", encoding: .utf8)
                try bundle.edit { $0["linux.sysctl"] = sysctl; $0.removeNamespace("network"); $0.setNamespace("network", path: "/proc/self/ns/net") }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(named), "\(result)")
                #expect(try String(contentsOfFile: "/proc/sys/net/ipv4/ip_forward", encoding: .utf8) == own)
            }
        }
    }
}
