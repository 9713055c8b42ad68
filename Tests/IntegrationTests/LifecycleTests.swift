import Foundation
import Testing

extension IntegrationTests {
    /// create, start, state, list, kill, delete, run.
    @Suite struct LifecycleTests {
        @Test(arguments: Identity.allCases)
        func stateTellsEverything(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.setArguments(["sleep", "1000"])
                    $0["annotations"] = .object(["org.example.key": "value"])
                }
                try bundle.create()
                let state = try bundle.state()
                #expect(state["id"]?.string == bundle.id)
                #expect(state["status"]?.string == "created")
                #expect(state["bundle"]?.string == bundle.directory)
                #expect(state["rootfs"]?.string == bundle.rootfs)
                #expect(state["ociVersion"]?.string?.isEmpty == false)
                #expect(state["annotations"]?.object?["org.example.key"]?.string == "value")
                #expect(state["created"]?.string?.hasSuffix("Z") == true)
                #expect(state["owner"]?.string != nil)
                let pid = try bundle.initPID()
                #expect(kill(pid, 0) == 0)
                try bundle.start()
                #expect(try bundle.status() == "running")
                #expect(try bundle.initPID() == pid)
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.state()["pid"]?.integer == 0)
            }
        }

        @Test(arguments: Identity.allCases)
        func listShowsEach(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let empty = try bundle.runc("list", "--format", "json")
                #expect(empty.succeeded && ["null", "[]"].contains(empty.text), "\(empty)")
                #expect(try bundle.runc("list", "-q").stdout == "")
                try bundle.create()
                let other = bundle.anotherID()
                #expect(try bundle.runc("create", other).succeeded)
                #expect(try bundle.runc("start", other).succeeded)
                #expect(try bundle.runc("list", "-q").lines.sorted() == [bundle.id, other].sorted())
                let table = try bundle.runc("list")
                #expect(table.lines.first?.split(separator: " ") == ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], "\(table)")
                #expect(table.lines.contains { $0.hasPrefix(bundle.id) && $0.contains("created") && $0.contains(bundle.directory) }, "\(table)")
                #expect(table.lines.contains { $0.hasPrefix(other) && $0.contains("running") }, "\(table)")
                let json = try JSONValue(parsing: bundle.runc("list", "--format", "json").stdout).array ?? []
                #expect(json.count == 2)
                let entry = try #require(json.first { $0["id"]?.string == other })
                #expect(entry["status"]?.string == "running")
                #expect(try entry["pid"]?.integer == JSONValue(parsing: bundle.runc("state", other).stdout)["pid"]?.integer)
                let owner = try identity == .root || identity == .rootInUserNamespace ? "root" : TestHost.shared.user.name
                #expect(entry["owner"]?.string == owner)
            }
        }

        @Test(arguments: [Identity.root, .oneID], [0, 1, 7, 255])
        func runReturnsTheExitStatus(_ identity: Identity, _ status: Int32) throws {
            try withBundle(identity) { bundle in
                let result = try bundle.sh("exit \(status)")
                #expect(result.status == status, "\(result)")
                #expect(result.stderr.isEmpty, "\(result)")
            }
        }

        @Test(arguments: Identity.allCases, [SIGKILL, SIGTERM, SIGSEGV])
        func runReturns128AndTheSignal(_ identity: Identity, _ signal: Int32) throws {
            try withBundle(identity) { bundle in
                // The first process of a namespace ignores its own signals without a handler; from outside SIGKILL always works.
                try bundle.edit { $0.setArguments(["sleep", "1000"]); $0.removeNamespace("pid"); if identity != .root { $0.setNamespace("pid") } }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                #expect(try eventually { try bundle.runc("state", bundle.id).stdout.contains("running") })
                if identity == .root || signal == SIGKILL {
                    #expect(try bundle.runc("kill", bundle.id, "\(signal)").succeeded)
                    #expect(try running.wait().status == 128 + signal)
                } else {
                    #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                    #expect(try running.wait().status == 128 + SIGKILL)
                }
            }
        }

        @Test(arguments: Identity.allCases, [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGQUIT])
        func runForwardsSignals(_ identity: Identity, _ signal: Int32) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("trap 'exit 42' \(signal); echo ready; while :; do sleep 0.02; done") }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                running.signal(signal)
                #expect(try running.wait().status == 42)
            }
        }

        /// Whoever comes second finds nothing left to delete, and that is no error.
        @Test(arguments: [Identity.root, .oneID])
        func runSurvivesTheDeletionOfItsContainer(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("echo ready; sleep 1000") }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                let deletion = try bundle.runc("delete", "--force", bundle.id)
                #expect(deletion.succeeded, "\(deletion)")
                let result = try running.wait()
                #expect(result.status == 137 && running.stderr.isEmpty, "\(running.stderr)")
            }
        }

        @Test(arguments: ["TERM", "SIGTERM", "15", "sigterm"])
        func killTakesNamesAndNumbers(_ signal: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                try bundle.waitForHandler(of: SIGTERM)
                let result = try bundle.runc("kill", bundle.id, signal)
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.waitForStatus("stopped"))
            }
        }

        @Test func killSendsTERMWithoutASignal() throws {
            try withBundle(.oneID) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.runDetached("trap 'echo term > /out/signal; exit' TERM; echo > /out/ready; while :; do sleep 0.02; done")
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                #expect(try bundle.runc("kill", bundle.id).succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.read("\(out)/signal") == "term\n")
            }
        }

        @Test(arguments: ["NOSUCH", "0x", "99", "SIGNOSUCH"])
        func killRefusesWhatIsNoSignal(_ signal: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let result = try bundle.runc("kill", bundle.id, signal)
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("signal"), "\(result)")
                #expect(try bundle.status() == "running")
            }
        }

        @Test(arguments: Identity.allCases)
        func killOfWhatIsStoppedIsAnErrorUnlessItIsAll(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                let result = try bundle.runc("kill", bundle.id, "KILL")
                #expect(result.status == 1 && result.stderr.contains("container not running"), "\(result)")
                let all = try bundle.runc("kill", "--all", bundle.id, "KILL")
                #expect(all.succeeded, "\(all)")
                #expect(try bundle.runc("kill", "-a", bundle.id).succeeded)
            }
        }

        /// Real-time signals queue up, while the process is stopped and cannot take them; nobody else has its uid.
        @Test func killOfAllSignalsEachOnce() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.removeNamespace("pid")
                    $0["process.user.uid"] = .init(1_500_000_000 + Int(getpid()))
                }
                try bundle.runDetached("exec sleep 1000")
                let pid = try bundle.initPID()
                func status(_ name: String) throws -> String? {
                    try bundle.read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix(name) }.map(String.init)
                }
                #expect(try bundle.runc("kill", bundle.id, "STOP").succeeded)
                #expect(try eventually { try status("State:")?.contains("stopped") == true })
                let killed = try bundle.runc("kill", "--all", bundle.id, "40")
                #expect(killed.succeeded, "\(killed)")
                let queued = try status("SigQ:")
                #expect(queued?.hasPrefix("SigQ:\t1/") == true, "\(queued ?? "")")
            }
        }

        @Test(arguments: Identity.allCases, ["KILL", "TERM", "INT", "HUP", "QUIT"])
        func killWorksOnWhatIsCreated(_ identity: Identity, _ signal: String) throws {
            try withBundle(identity) { bundle in
                try bundle.create()
                // Once it waits: create does not wait for that.
                if signal != "KILL" { try bundle.waitForHandler(of: SIGTERM) }
                let result = try bundle.runc("kill", bundle.id, signal)
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.waitForStatus("stopped"))
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }

        @Test(arguments: Identity.allCases)
        func deleteRemovesWhatIsCreated(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.create()
                let pid = try bundle.initPID()
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(eventually { kill(pid, 0) != 0 })
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.stateRoot)/\(bundle.id)"))
            }
        }

        @Test(arguments: Identity.allCases)
        func deleteRefusesWhatIsRunningUnlessForced(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached("sleep 1000 & sleep 1000")
                let refused = try bundle.runc("delete", bundle.id)
                #expect(refused.status == 1 && refused.errors.count == 1, "\(refused)")
                #expect(refused.stderr.contains(bundle.id) && refused.stderr.contains("running"), "\(refused)")
                #expect(try bundle.status() == "running")
                let forced = try bundle.runc("delete", "--force", bundle.id)
                #expect(forced.succeeded, "\(forced)")
                let gone = try bundle.runc("state", bundle.id)
                #expect(gone.status == 1 && gone.stderr.contains("container does not exist"), "\(gone)")
            }
        }

        @Test func deleteOfNothing() throws {
            try withBundle(.oneID) { bundle in
                let result = try bundle.runc("delete", bundle.id)
                #expect(result.status == 1 && result.stderr.contains("container does not exist"), "\(result)")
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func deleteRemovesADirectoryWithoutState(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.stateRoot)/\(bundle.id)", mode: 0o711)
                let result = try bundle.runc("delete", "--force", bundle.id)
                #expect(result.succeeded, "\(result)")
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.stateRoot)/\(bundle.id)"))
            }
        }

        /// A pid that was given to another process since is not ours to kill.
        @Test func aRecycledPIDIsNotOurs() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                let other = try bundle.command(["sleep", "1000"]).start()
                let path = "\(bundle.stateRoot)/\(bundle.id)/state.json"
                var state = try JSONValue(parsing: bundle.read(path))
                state["init_process_pid"] = .init(other.pid)
                try bundle.write(state.serialized(), to: path)
                #expect(try bundle.status() == "stopped")
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                #expect(try other.isRunning())
                other.signal(SIGKILL)
                _ = try other.wait()
            }
        }

        @Test(arguments: Identity.allCases)
        func theSameIDTwiceIsRefused(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                let pid = try bundle.initPID()
                for command in ["create", "run"] {
                    let result = try bundle.runc(command, bundle.id)
                    #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                    #expect(result.stderr.contains("container with given ID already exists"), "\(result)")
                }
                #expect(try bundle.initPID() == pid)
                try bundle.start()
                let again = try bundle.runc("start", bundle.id)
                #expect(again.status == 1 && again.errors.count == 1, "\(again)")
            }
        }

        @Test(arguments: ["start", "state", "kill", "delete", "exec"])
        func whatDoesNotExistIsSaidSo(_ command: String) throws {
            try withBundle(.oneID) { bundle in
                let result = try bundle.runtimeCommand([command, bundle.id] + (command == "exec" ? ["true"] : [])).run()
                #expect(result.status == (command == "exec" ? 255 : 1) || result.status == 1, "\(result)")
                #expect(result.errors.count == 1 && result.stderr.contains("container does not exist"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func startOfWhatHasRunIsRefused(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached("true")
                #expect(try bundle.waitForStatus("stopped"))
                let result = try bundle.runc("start", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("stopped"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func thePIDFileHasThePID(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let file = "\(bundle.directory)/pid"
                try bundle.create(options: ["--pid-file", file])
                #expect(try bundle.read(file) == "\(bundle.initPID())")
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                try bundle.runDetached(options: ["--pid-file", file])
                #expect(try bundle.read(file) == "\(bundle.initPID())")
                let result = try bundle.exec(["sleep", "1000"], options: ["-d", "--pid-file", "\(file).exec"])
                #expect(result.succeeded, "\(result)")
                let executed = try #require(try pid_t(bundle.read("\(file).exec")))
                #expect(try executed != bundle.initPID() && kill(executed, 0) == 0)
            }
        }

        /// It appears whole, and nothing else does.
        @Test func thePIDFileMayHaveALongNameAndMayNotBeADirectory() throws {
            try withBundle(.oneID) { bundle in
                let directory = "\(bundle.directory)/pids"
                for path in [directory, "\(directory)/directory"] { try bundle.makeDirectory(path) }
                let refused = try bundle.runc("create", "--pid-file", "\(directory)/directory", bundle.id)
                #expect(refused.status == 1 && refused.errors.count == 1 && refused.stderr.contains("--pid-file"), "\(refused)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["directory"])
                try bundle.create(options: ["--pid-file", "\(directory)/\(String(repeating: "x", count: 255))"])
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2)
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func runKeepsTheContainerWhereAskedTo(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let result = try bundle.sh("exit 4", options: ["--keep"])
                #expect(result.status == 4, "\(result)")
                #expect(try bundle.status() == "stopped")
                #expect(try bundle.runc("delete", bundle.id).succeeded)
                #expect(try bundle.sh("exit 4").status == 4)
                #expect(try !bundle.runc("state", bundle.id).succeeded, "deleted at the end, otherwise")
            }
        }

        /// Orphans of a container without a PID namespace become the foreground runtime's.
        @Test(arguments: [([], true), (["--no-subreaper"], false)] as [([String], Bool)])
        func runReapsOrphans(_ options: [String], adopted: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.removeNamespace("pid")
                    let orphan = "sleep 0.3; cut -d ' ' -f 4 /proc/$$/stat > /tmp/new; mv /tmp/new /tmp/parent"
                    $0.setShell("(sh -c \"\(orphan.replacing("$", with: "\\$"))\" &); until [ -e /tmp/parent ]; do sleep 0.05; done; cat /tmp/parent")
                }
                let running = try bundle.runtimeCommand(["run"] + options + [bundle.id]).start()
                let pid = running.pid
                let result = try running.wait()
                #expect(result.succeeded, "\(result)")
                let parent = try #require(pid_t(result.text), "\(result)")
                #expect((parent == pid) == adopted, "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func aDetachedContainerOutlivesTheRuntime(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let result = try bundle.sh("echo started; trap 'exit 0' TERM; while :; do sleep 0.02; done", options: ["-d"])
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.status() == "running")
                try bundle.waitForHandler(of: SIGTERM)
                #expect(try bundle.runc("kill", bundle.id, "TERM").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
            }
        }

        /// Where the runtime that waits for it is killed, the container goes on or ends, but it can be deleted.
        @Test(arguments: [Identity.root, .oneID])
        func aForegroundRuntimeThatIsKilledLeavesWhatCanBeDeleted(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("echo ready; exec sleep 1000") }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                #expect(eventually { running.stdout.contains("ready") })
                running.signal(SIGKILL)
                _ = try running.wait()
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }

        @Test(arguments: Identity.allCases)
        func theBundleIsFoundFromElsewhere(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("echo found") }
                for option in [["--bundle", bundle.directory], ["-b", bundle.directory], ["--bundle=\(bundle.directory)"], ["--bundle", "../..\(bundle.directory)"]] {
                    let result = try Command(
                        arguments: identity.prefix(directory: "/tmp") + [RuntimeUnderTest.path, "--root", bundle.stateRoot, "run"] + option + [bundle.id],
                        environment: identity.environment(mark: bundle.id)
                    ).run()
                    #expect(result.text == "found", "\(result)")
                }
            }
        }
    }
}
