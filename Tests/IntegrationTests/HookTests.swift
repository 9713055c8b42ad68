import Foundation
import Testing

extension IntegrationTests {
    /// The six kinds: when they run, in which namespaces, what they are told.
    @Suite struct HookTests {
        private static let kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]

        /// A hook that appends a line to a log: its kind, its namespaces, whether it sees the bundle, and the state it is given.
        private func logging(_ kind: String, to log: String) -> String {
            """
            #!/bin/sh
            state=$(cat | tr -d '\\n')
            echo "\(kind)|$(readlink /proc/self/ns/mnt)|$(readlink /proc/self/ns/net)|$(readlink /proc/self/ns/pid)|$*|$HOOK|$state" >> \(log)
            """
        }

        /// Gives the bundle one hook of each kind; returns the log on the host.
        private func addHooks(_ bundle: Bundle, _ kinds: [String] = kinds) throws -> String {
            let out = try bundle.shareDirectory()
            try bundle.write("", to: "\(out)/log", mode: 0o666)
            try bundle.makeDirectory("\(bundle.rootfs)/hooks")
            for kind in kinds {
                let inside = kind == "startContainer"
                let host = inside ? "\(bundle.rootfs)/hooks/\(kind)" : "\(bundle.directory)/\(kind)"
                try bundle.write(logging(kind, to: inside ? "/out/log" : "\(out)/log"), to: host, mode: 0o755)
                try bundle.edit {
                    $0.append(
                        ["path": .string(inside ? "/hooks/\(kind)" : host), "args": ["hook", "one", "two"], "env": ["PATH=/usr/bin:/bin", "HOOK=\(kind)"]],
                        to: "hooks.\(kind)")
                }
            }
            return "\(out)/log"
        }

        private struct Entry {
            let kind, mount, network, pid, arguments, environment: String
            let state: JSONValue

            init(_ line: Substring) throws {
                let fields = line.split(separator: "|", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
                try #require(fields.count == 7, "\(line)")
                (kind, mount, network, pid, arguments, environment) = (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5])
                state = try JSONValue(parsing: fields[6])
            }
        }

        private func entries(_ bundle: Bundle, _ log: String) throws -> [Entry] {
            try bundle.read(log).split(separator: "\n").map { try Entry($0) }
        }

        @Test(arguments: Identity.allCases)
        func runInOrderEachAtItsTime(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let log = try addHooks(bundle)
                // A user's sysfs is bound; with a network namespace of its own the hooks can be told apart by it.
                try bundle.edit { $0.setNamespace("network"); $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                let early = try entries(bundle, log).map(\.kind)
                #expect(early == ["prestart", "createRuntime", "createContainer"])
                try bundle.start()
                #expect(try eventually { try entries(bundle, log).count == 5 })
                let late = try entries(bundle, log).suffix(2).map(\.kind)
                #expect(late == ["startContainer", "poststart"])
                let pid = try bundle.initPID()
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                let all = try entries(bundle, log)
                #expect(all.map(\.kind) == Self.kinds)

                let holder = identity == .rootInUserNamespace ? "\(try UserNamespaceHolder.shared.pid)" : "self"
                func host(_ name: String) throws -> String { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder)/ns/\(name)") }
                for entry in all {
                    let inside = ["createContainer", "startContainer"].contains(entry.kind)
                    #expect(try (entry.mount != host("mnt")) == inside, "\(entry)")
                    #expect(try (entry.network != host("net")) == inside, "\(entry)")
                    #expect(entry.arguments == "one two" && entry.environment == entry.kind, "\(entry)")
                    #expect(entry.state["id"]?.string == bundle.id)
                    #expect(entry.state["bundle"]?.string == bundle.directory)
                    #expect(entry.state["ociVersion"]?.string != nil)
                    let status: [String] = switch entry.kind {
                    case "poststart": ["running"]
                    case "poststop": ["stopped"]
                    case "startContainer": ["created"]
                    default: ["creating"]
                    }
                    #expect(status.contains(entry.state["status"]?.string ?? ""), "\(entry)")
                    // The pid as whoever runs the hook sees it.
                    if entry.kind != "poststop" { #expect(entry.state["pid"]?.integer == (inside ? 1 : Int64(pid)), "\(entry)") }
                }
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func runForAForegroundContainer(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let log = try addHooks(bundle)
                let result = try bundle.sh("true")
                #expect(result.succeeded, "\(result)")
                let kinds = try entries(bundle, log).map(\.kind)
                #expect(kinds == Self.kinds)
            }
        }

        @Test(arguments: [Identity.root, .oneID], ["prestart", "createRuntime", "createContainer", "startContainer"])
        func oneThatFailsStopsEverything(_ identity: Identity, _ kind: String) throws {
            try withBundle(identity) { bundle in
                let log = try addHooks(bundle, ["poststop"])
                let path = kind == "startContainer" ? "/bin/failing" : "\(bundle.directory)/failing"
                try bundle.write(
                    "#!/bin/sh\necho words of the hook >&2\nexit 3\n",
                    to: kind == "startContainer" ? bundle.rootfs + path : path, mode: 0o755)
                try bundle.edit { $0.append(["path": .string(path)], to: "hooks.\(kind)") }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && !result.stdout.contains("never"), "\(result)")
                #expect(result.errors.last?.contains(kind) == true && result.stderr.contains("words of the hook"), "\(result)")
                #expect(try !bundle.runc("state", bundle.id).succeeded)
                #expect(try entries(bundle, log).map(\.kind) == ["poststop"], "what was created is deleted, and its hook is told")
            }
        }

        /// The container is stopped; `run`, which made it, removes it too.
        @Test(arguments: [Identity.root, .oneID])
        func oneThatFailsAfterTheStartStopsTheContainer(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let log = try addHooks(bundle, ["poststop"])
                try bundle.edit { $0.append(["path": "/bin/false"], to: "hooks.poststart"); $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                let start = try bundle.runc("start", bundle.id)
                #expect(start.status == 1 && start.stderr.contains("poststart"), "\(start)")
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.runc("delete", bundle.id).succeeded)
                let run = try bundle.run(options: ["--detach"])
                #expect(run.status == 1 && run.stderr.contains("poststart"), "\(run)")
                #expect(try !bundle.runc("state", bundle.id).succeeded)
                #expect(try entries(bundle, log).map(\.kind) == ["poststop", "poststop"])
            }
        }

        /// Also those that do not die with init.
        @Test func oneThatFailsAfterTheStartStopsWhatTheContainerHasStarted() throws {
            try withBundle(.root) { bundle in
                let out = try bundle.shareDirectory()
                let wait = "until [ -e \(out)/ready ]; do sleep 0.01; done; exit 1"
                try bundle.edit {
                    $0.removeNamespace("pid")
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(wait)], "env": ["PATH=/usr/bin:/bin"]], to: "hooks.poststart")
                    $0.setShell("setsid sleep 1000 & echo > /out/ready; exec sleep 1000")
                }
                try bundle.create()
                let list = "\(try bundle.cgroup().directory("pids"))/cgroup.procs"
                let start = try bundle.runc("start", bundle.id)
                #expect(start.status == 1 && start.errors.count == 1 && start.stderr.contains("poststart"), "\(start)")
                #expect(FileManager.default.fileExists(atPath: "\(out)/ready"))
                #expect(try bundle.read(list) == "")
                #expect(try bundle.status() == "stopped")
            }
        }

        /// The container that was being made is deleted, and that is told.
        @Test(arguments: [Identity.root, .oneID], ["prestart", "createRuntime", "createContainer"])
        func theLastOneIsRunWhereTheRuntimeWasKilledDuringAnother(_ identity: Identity, _ kind: String) throws {
            try withBundle(identity) { bundle in
                let log = try addHooks(bundle, ["poststop"])
                let out = "\(bundle.directory)/out"
                try bundle.edit {
                    $0.append(
                        ["path": "/bin/sh", "args": ["sh", "-c", "echo $$ > \(out)/new; mv \(out)/new \(out)/hook; exec sleep 1000"], "env": ["PATH=/usr/bin:/bin"]],
                        to: "hooks.\(kind)")
                    $0.setArguments(["sleep", "1000"])
                }
                let running = try bundle.runtimeCommand(["create", bundle.id]).start()
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/hook") }, "\(running.stderr)")
                running.signal(SIGKILL)
                _ = try running.wait()
                // One of the runtime's goes on; of one inside this is not the pid out here.
                if kind != "createContainer" { kill(try #require(pid_t(bundle.read("\(out)/hook").dropLast())), SIGKILL) }
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(try entries(bundle, log).map(\.kind) == ["poststop"])
                #expect(try entries(bundle, log).first?.state["bundle"]?.string == bundle.directory)
            }
        }

        /// Nothing else would end it, without a PID namespace of the container's own.
        @Test func whatOneHasLeftBehindIsEndedWhereTheNextFails() throws {
            try withBundle(.root) { bundle in
                let log = try addHooks(bundle, ["poststop"])
                try bundle.edit {
                    $0.removeNamespace("pid")
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", "sleep 1000 > /dev/null 2>&1 &"], "env": ["PATH=/usr/bin:/bin"]], to: "hooks.createContainer")
                    $0.append(["path": "/bin/false"], to: "hooks.createContainer")
                }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("createContainer[1]"), "\(result)")
                #expect(try entries(bundle, log).map(\.kind) == ["poststop"])
                #expect(try Leftovers(of: bundle).afterAWhile() == [])
            }
        }

        @Test func oneThatIsMissingIsNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.append(["path": "/no/such/hook"], to: "hooks.createRuntime") }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains("/no/such/hook"), "\(result)")
            }
        }

        @Test func oneAfterTheEndOnlyWarns() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.append(["path": "/bin/false"], to: "hooks.poststop") }
                let result = try bundle.sh("true")
                #expect(result.succeeded && result.stderr.contains("poststop"), "\(result)")
            }
        }

        @Test(arguments: ["createRuntime", "createContainer", "startContainer"])
        func oneThatTakesTooLongIsKilled(_ kind: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.append(["path": "/bin/sleep", "args": ["sleep", "600"], "timeout": 1], to: "hooks.\(kind)") }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains(kind), "\(result)")
            }
        }

        /// What it has started goes with it.
        @Test(arguments: [Identity.root, .oneID])
        func isKilledWithItsChildren(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.append(
                        ["path": "/bin/sh", "args": ["sh", "-c", "sleep 600 & echo $! > \(bundle.directory)/child; wait"], "env": ["PATH=/usr/bin:/bin"], "timeout": 5],
                        to: "hooks.createRuntime")
                }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains("timed out after 5 s"), "\(result)")
                let child = try #require(pid_t(bundle.read("\(bundle.directory)/child").dropLast()))
                #expect(eventually { kill(child, 0) != 0 })
            }
        }

        /// A program of the image: it has what the process has, and no more.
        @Test(.needs(.seccomp), arguments: [Identity.root, .subordinateRanges], [true, false])
        func oneInsideHasWhatTheProcessHas(_ identity: Identity, noNewPrivileges: Bool) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                let script = "grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):' /proc/self/status; ls /proc/self/fd | wc -l; ulimit -n; umask; pwd"
                try bundle.edit {
                    $0["process.user"] = ["uid": 1000, "gid": 1001, "umask": 0o27]
                    $0["process.cwd"] = "/tmp"
                    $0["process.noNewPrivileges"] = .bool(noNewPrivileges)
                    $0["process.rlimits"] = [["type": "RLIMIT_NOFILE", "soft": 99, "hard": 99]]
                    $0["linux.seccomp"] = ["defaultAction": "SCMP_ACT_ALLOW", "syscalls": [["names": ["mount"], "action": "SCMP_ACT_ERRNO"]]]
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string("(\(script)) > /out/hook")], "env": ["PATH=/bin"]], to: "hooks.startContainer")
                }
                let process = try bundle.output(script)
                let hook = try bundle.read("\(out)/hook")
                #expect(hook == process + "\n")
                let lines = Set(hook.split(separator: "\n"))
                #expect(lines.isSuperset(of: [
                    "Uid:\t1000\t1000\t1000\t1000", "Gid:\t1001\t1001\t1001\t1001", "CapEff:\t0000000000000000",
                    "NoNewPrivs:\t\(noNewPrivileges ? 1 : 0)", "Seccomp:\t2", "99", "0027", "/tmp",
                ]), "\(hook)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func oneInsideThatFailsIsToldByStart(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", "echo words of the hook >&2; exit 3"]], to: "hooks.startContainer")
                    $0.setShell("echo never > /tmp/ran")
                }
                try bundle.create()
                let start = try bundle.runc("start", bundle.id)
                #expect(start.status == 1 && start.errors.last?.contains("startContainer") == true && start.stderr.contains("words of the hook"), "\(start)")
                #expect(try bundle.waitForStatus("stopped"))
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.rootfs)/tmp/ran"))
            }
        }

        /// The words of a shell script that asks for the pid in the state that a hook is given.
        private static let readPID = #"pid=$(sed 's/.*"pid": *\([0-9]*\).*/\1/'); "#

        @Test(arguments: Identity.allCases, ["prestart", "createRuntime"])
        func oneOfTheRuntimeFindsTheMountsMade(_ identity: Identity, _ kind: String) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    let script = Self.readPID + "cut -d ' ' -f 5 /proc/$pid/mountinfo > \(out)/mounts"
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/bin:/bin"]], to: "hooks.\(kind)")
                }
                let result = try bundle.sh("true")
                #expect(result.succeeded, "\(result)")
                let seen = Set(try bundle.read("\(out)/mounts").split(separator: "\n").map(String.init))
                let configured = try bundle.config()["mounts"]?.array?.compactMap { $0["destination"]?.string } ?? []
                #expect(configured.count > 5)
                for destination in configured { #expect(seen.contains(bundle.rootfs + destination), "\(seen)") }
            }
        }

        /// Also by what comes after: the working directory is made in it.
        @Test(arguments: [Identity.root, .rootInUserNamespace], ["prestart", "createRuntime"])
        func whatOneOfTheRuntimeMountsIsSeenInside(_ identity: Identity, _ kind: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    let script = Self.readPID + "exec nsenter --target $pid --mount mount -t tmpfs of-the-hook \(bundle.rootfs)/home"
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]], to: "hooks.\(kind)")
                    $0["process.cwd"] = "/home/made"
                    $0["root.readonly"] = false
                }
                #expect(try bundle.output("pwd; grep -c '^of-the-hook /home tmpfs' /proc/mounts") == "/home/made\n1")
            }
        }

        /// A container of the same name may be made again by then.
        @Test(arguments: [Identity.root, .oneID], ["run", "delete"])
        func theLastOneFindsTheContainerDeleted(_ identity: Identity, _ command: String) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                let runc = "\(try RuntimeUnderTest.path) --root \(bundle.stateRoot)"
                try bundle.edit {
                    let script = "(\(runc) state \(bundle.id); \(runc) list -q; \(runc) delete --force \(bundle.id) && echo deleted) > \(out)/told 2>&1"
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/bin:/bin"], "timeout": 60], to: "hooks.poststop")
                    $0.setArguments(["true"])
                }
                if command == "run" {
                    #expect(try bundle.run().succeeded)
                } else {
                    try bundle.create()
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
                }
                let told = try bundle.read("\(out)/told").split(separator: "\n")
                #expect(told.count == 2 && told.first?.contains("container does not exist") == true && told.last == "deleted", "\(told)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: bundle.stateRoot) == [])
            }
        }

        /// It is not lost, and what is left of the container is nobody's but for a later `delete`.
        @Test(arguments: [Identity.root, .oneID], [[], ["--force"]])
        func theLastOneIsRunAgainWhereTheRuntimeWasKilledMeanwhile(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    let script = "cat >> \(out)/states; echo >> \(out)/states; [ -e \(out)/hook ] && exit; echo $$ > \(out)/new; mv \(out)/new \(out)/hook; exec sleep 1000"
                    $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/bin:/bin"]], to: "hooks.poststop")
                    $0.setArguments(["sleep", "1000"])
                }
                try bundle.create()
                let running = try bundle.runtimeCommand(["delete", "--force", bundle.id]).start()
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/hook") }, "\(running.stderr)")
                let whileHeld = try bundle.runc("delete", bundle.id)
                #expect(whileHeld.status == 1 && whileHeld.stderr.contains("container does not exist"), "\(whileHeld)")
                running.signal(SIGKILL)
                _ = try running.wait()
                kill(try #require(pid_t(bundle.read("\(out)/hook").dropLast())), SIGKILL)
                #expect(try bundle.runc("list", "-q").text == "")

                // Another one of that name has nothing to do with it.
                try bundle.edit { $0["hooks.poststop"] = [] }
                try bundle.create()
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                let deleted = try bundle.runtimeCommand(["delete"] + options + [bundle.id]).run()
                #expect(deleted.succeeded, "\(deleted)")
                let states = try bundle.read("\(out)/states").split(separator: "\n").map { try JSONValue(parsing: String($0)) }
                #expect(states.count == 2)
                for state in states { #expect(state["id"]?.string == bundle.id && state["status"]?.string == "stopped") }
                #expect(try FileManager.default.contentsOfDirectory(atPath: bundle.stateRoot) == [])
            }
        }

        /// As with runc: the caller's umask, and the bundle or the root file system; inside those of the process.
        @Test(arguments: [Identity.root, .oneID])
        func startWhereTheyAreExpected(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.write("", to: "\(out)/log", mode: 0o666)
                try bundle.edit {
                    for kind in Self.kinds {
                        let log = kind == "startContainer" ? "/out/log" : "\(out)/log"
                        $0.append(
                            ["path": "/bin/sh", "args": ["sh", "-c", .string("echo \(kind) $(umask) $(pwd -P) >> \(log)")], "env": ["PATH=/usr/bin:/bin"]],
                            to: "hooks.\(kind)")
                    }
                    $0["process.cwd"] = "/tmp"
                    $0.setArguments(["true"])
                }
                for arguments in [["create", "--bundle", bundle.directory, bundle.id], ["start", bundle.id], ["delete", "--force", bundle.id]] {
                    let result = try bundle.runtimeCommand(arguments, through: ["sh", "-c", "umask 27; cd /; exec \"$@\"", "sh"]).run()
                    #expect(result.succeeded, "\(result)")
                }
                #expect(try bundle.read("\(out)/log").split(separator: "\n") == [
                    "prestart 0027 \(bundle.directory)", "createRuntime 0027 \(bundle.directory)", "createContainer 0027 \(bundle.rootfs)",
                    "startContainer 0022 /tmp", "poststart 0027 \(bundle.directory)", "poststop 0027 \(bundle.directory)",
                ])
            }
        }

        /// The runtime's on the host, and that of the container's process in its namespaces: a neighbour in a PID namespace sees it.
        @Test(arguments: [Identity.root, .oneID])
        func thoseWithoutAnEnvironmentHaveThatOfTheirPlace(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit {
                    for kind in Self.kinds {
                        let file = kind == "startContainer" ? "/out/\(kind)" : "\(out)/\(kind)"
                        $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string("echo $HERE $HOME > \(file)")]], to: "hooks.\(kind)")
                    }
                    $0.setEnvironment("HERE", "container")
                    $0.setEnvironment("HOME", "/given")
                    $0.setArguments(["true"])
                }
                let result = try bundle.runtimeCommand(["run", bundle.id], environment: ["HERE": "host", "HOME": "/home/caller"]).run()
                #expect(result.succeeded, "\(result)")
                for kind in Self.kinds {
                    let expected = ["createContainer": "container /given\n", "startContainer": "container /given\n"][kind] ?? "host /home/caller\n"
                    #expect(try bundle.read("\(out)/\(kind)") == expected, "\(kind)")
                }
            }
        }

        /// Only the configured environment, nothing of the runtime's own.
        @Test func haveTheirOwnEnvironment() throws {
            try withBundle(.root) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit { $0.append(["path": "/usr/bin/env", "args": ["env", "--", "sh", "-c", "env > \(out)/env"], "env": ["PATH=/usr/bin:/bin", "A=b"]], to: "hooks.createRuntime") }
                let result = try bundle.sh("true")
                #expect(result.succeeded, "\(result)")
                let names = try bundle.read("\(out)/env").split(separator: "\n").map { $0.prefix { $0 != "=" } }
                #expect(Set(names).subtracting(["PWD", "_", "OLDPWD", "SHLVL"]) == ["PATH", "A"])
            }
        }
    }
}
