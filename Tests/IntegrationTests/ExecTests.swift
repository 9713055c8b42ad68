import Foundation
import Testing

extension IntegrationTests {
    /// Further processes in a running container.
    @Suite struct ExecTests {
        @Test(arguments: Identity.allCases)
        func joinsEveryNamespace(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setNamespace("network"); $0.setNamespace("cgroup") }
                try bundle.runDetached()
                let script = "for name in pid net ipc uts mnt cgroup user; do readlink /proc/%/ns/$name; done"
                let output = try bundle.execOutput(script.replacing("%", with: "self") + ";" + script.replacing("%", with: "1"))
                let lines = output.split(separator: "\n")
                #expect(lines.count == 14 && lines.prefix(7) == lines.suffix(7), "\(output)")
            }
        }

        @Test(arguments: Identity.allCases)
        func joinsTheCgroup(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let output = try bundle.execOutput("cat /proc/1/cgroup; echo; cat /proc/self/cgroup")
                let halves = output.components(separatedBy: "\n\n")
                #expect(halves.count == 2 && halves[0] == halves[1], "\(output)")
            }
        }

        @Test(arguments: [0, 3, 255])
        func returnsTheStatus(_ status: Int32) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                #expect(try bundle.exec(["sh", "-c", "exit \(status)"]).status == status)
            }
        }

        @Test func returns128AndTheSignal() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                #expect(try bundle.exec(["sh", "-c", "kill -TERM $$"]).status == 128 + SIGTERM)
            }
        }

        @Test(arguments: [
            (["/no/such/file"], "no such file or directory"), (["no-such-command"], "executable file not found in $PATH"),
            (["/etc/passwd"], "permission denied"), (["/etc"], "permission denied"),
        ])
        func returns255WhereItCannotBeRun(_ command: [String], named: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let result = try bundle.exec(command)
                #expect(result.status == 255, "\(result)")
                #expect(result.errors.count == 1 && result.stderr.contains(named) && result.stderr.contains(command[0]), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func hasItsOptions(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                #expect(try bundle.execOutput("pwd; echo $A $B", options: ["--cwd", "/tmp", "--env", "A=1", "-e", "B=2"]) == "/tmp\n1 2")
                // By a program that takes the first of two, as getenv does.
                let replaced = try bundle.exec(["env"], options: ["-e", "A=1", "-e", "A=2", "-e", "PATH=/bin:/none"])
                #expect(Set(replaced.lines).isSuperset(of: ["A=2", "PATH=/bin:/none"]) && replaced.lines.count { $0.hasPrefix("A=") || $0.hasPrefix("PATH=") } == 2, "\(replaced)")
                #expect(try bundle.execOutput("grep NoNewPrivs /proc/self/status | cut -f 2", options: ["--no-new-privs"]) == "1")
                #expect(try bundle.execOutput("echo $PATH").contains("/bin"), "the environment is that of the container's process")
            }
        }

        @Test(arguments: [Identity.root, .subordinateRanges, .rootInUserNamespace])
        func hasItsUserAndGroups(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let options = ["--user", "1000:1001", "--additional-gids", "7", "-g", "8"]
                #expect(try bundle.execOutput("id -u; id -g; grep '^Groups' /proc/self/status | cut -f 2 | tr -d '\\n'", options: options) == "1000\n1001\n7 8 ")
                #expect(try bundle.execOutput("id -u; id -g; echo $HOME", options: ["-u", "1000"]).hasPrefix("1000\n"))
            }
        }

        @Test func addsCapabilities() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let before = try bundle.execOutput("grep CapBnd /proc/self/status | cut -f 2")
                let after = try bundle.execOutput("grep CapBnd /proc/self/status | cut -f 2; hostname changed && hostname", options: ["--cap", "CAP_SYS_ADMIN"])
                let lines = after.split(separator: "\n")
                #expect(UInt64(lines[0], radix: 16)! == UInt64(before, radix: 16)! | 1 << 21)
                #expect(lines.last == "changed")
            }
        }

        /// What may be inherited stays with who is not root; nothing else is added to what does.
        @Test func addsToTheAmbientSetWhatIsInheritable() throws {
            try withBundle(.root) { bundle in
                let (kill, netRaw, sysAdmin) = (1 << 5, 1 << 13, 1 << 21)
                try bundle.edit {
                    $0["process.noNewPrivileges"] = false
                    $0["process.capabilities"] = [
                        "bounding": ["CAP_KILL", "CAP_NET_RAW"], "permitted": ["CAP_KILL", "CAP_NET_RAW"], "effective": ["CAP_KILL"],
                        "inheritable": ["CAP_KILL", "CAP_NET_RAW"],
                    ]
                }
                try bundle.runDetached()
                func sets(_ options: [String]) throws -> [Int?] {
                    try bundle.execOutput("grep ^Cap /proc/self/status | cut -f 2", options: ["--user", "1000"] + options).split(separator: "\n").map { Int($0, radix: 16) }
                }
                let inheritable = kill | netRaw
                // Inheritable, permitted, effective, bounding, ambient.
                #expect(try sets([]) == [inheritable, 0, 0, kill | netRaw, 0])
                #expect(try sets(["--cap", "CAP_NET_RAW"]) == [inheritable, netRaw, netRaw, kill | netRaw, netRaw])
                #expect(try sets(["--cap", "CAP_SYS_ADMIN"]) == [inheritable, 0, 0, kill | netRaw | sysAdmin, 0])
                #expect(try sets(["--cap", "CAP_SYS_ADMIN", "--cap", "CAP_NET_RAW"]) == [inheritable, netRaw, netRaw, kill | netRaw | sysAdmin, netRaw])
            }
        }

        @Test func warnsOfACapabilityThatIsNone() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let result = try bundle.exec(["echo", "on"], options: ["--cap", "CAP_NO_SUCH_THING"])
                #expect(result.text == "on" && result.errors.count == 1 && result.stderr.contains("CAP_NO_SUCH_THING"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func takesAProcessFile(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let file = "\(bundle.directory)/process.json"
                try bundle.write(
                    #"{"args": ["sh", "-c", "pwd; echo $X; exit 8"], "cwd": "/tmp", "env": ["PATH=/bin", "X=file"], "user": {"uid": 0, "gid": 0}}"#, to: file)
                let result = try bundle.runc("exec", "--process", file, bundle.id)
                #expect(result.text == "/tmp\nfile" && result.status == 8, "\(result)")
            }
        }

        @Test func aProcessFileLeavesTheContainersOwnScoreAndLimits() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["process.oomScoreAdj"] = 123
                    $0["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": 77, "hard": 78]]
                }
                try bundle.runDetached()
                let file = "\(bundle.directory)/process.json"
                try bundle.write(#"{"args": ["sh", "-c", "cat /proc/self/oom_score_adj; ulimit -n"], "cwd": "/", "env": ["PATH=/bin"]}"#, to: file)
                let result = try bundle.runc("exec", "--process", file, bundle.id)
                #expect(result.text == "123\n77", "\(result)")
            }
        }

        @Test(arguments: ["{", "[]", #"{"cwd": "/"}"#, #"{"args": "sh", "cwd": "/"}"#])
        func refusesABadProcessFile(_ text: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let file = "\(bundle.directory)/process.json"
                try bundle.write(text, to: file)
                let result = try bundle.runc("exec", "--process", file, bundle.id)
                #expect(result.status != 0 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(file) || result.stderr.contains("args"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func worksInWhatIsCreated(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                #expect(try bundle.execOutput("echo early") == "early")
                #expect(try bundle.status() == "created")
            }
        }

        @Test(arguments: Identity.allCases)
        func isRefusedInWhatHasStopped(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                let result = try bundle.exec(["true"])
                #expect(result.status == 255 || result.status == 1, "\(result)")
                #expect(result.errors.count == 1 && result.stderr.contains("stopped"), "\(result)")
            }
        }

        @Test func passesArgumentsThroughUntouched() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let result = try bundle.exec(["echo", "--tty", "-d", "--help", "--", "-x"])
                #expect(result.text == "--tty -d --help -- -x", "\(result)")
            }
        }

        @Test func passesInputThroughAndForwardsSignals() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                var command = try bundle.runtimeCommand(["exec", bundle.id, "tr", "a-z", "A-Z"])
                command.input = .text("hello\n")
                #expect(try command.run().stdout == "HELLO\n")
                let running = try bundle.runtimeCommand(["exec", bundle.id, "sh", "-c", "trap 'exit 42' TERM; echo ready; while :; do sleep 0.02; done"]).start()
                #expect(eventually { running.stdout.contains("ready") })
                running.signal(SIGTERM)
                #expect(try running.wait().status == 42)
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func runsDetached(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.runDetached()
                let result = try bundle.exec(["sh", "-c", "sleep 0.2; echo done > /out/done"], options: ["--detach"])
                #expect(result.succeeded, "\(result)")
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/done") })
            }
        }

        @Test(arguments: Identity.allCases)
        func leaksNoDescriptors(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                #expect(try bundle.exec(["ls", "/proc/self/fd"]).lines == ["0", "1", "2", "3"])
            }
        }

        @Test func entersAContainerWithAReadOnlyRootAndItsOwnTime() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["root.readonly"] = true
                    $0.setNamespace("time")
                    $0["linux.timeOffsets"] = ["boottime": ["secs": 864_000, "nanosecs": 0]]
                }
                try bundle.runDetached()
                let output = try bundle.execOutput("touch /x 2>&1; cut -d . -f 1 /proc/uptime")
                #expect(output.contains("Read-only"))
                #expect(try #require(Int(output.split(separator: "\n").last ?? "")) >= 864_000)
            }
        }

        @Test func manyAtOnceAllWork() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let running = try (0..<12).map { try bundle.runtimeCommand(["exec", bundle.id, "echo", "\($0)"]).start() }
                for (index, command) in running.enumerated() {
                    let result = try command.wait()
                    #expect(result.text == "\(index)" && result.succeeded, "\(result)")
                }
            }
        }
    }
}
