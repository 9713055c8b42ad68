import Foundation
import Glibc
import Testing

extension IntegrationTests.GuestTests {
    /// CRIU or the runtime killed on the way: the container runs on, stays paused, or is reported stopped, nothing of CRIU is left,
    /// and a second try works.
    @Suite(.needs(.guest), .serialized) struct InterruptedCheckpointTests {
        /// What CRIU's log says as it comes to a phase of a dump. It notices the runtime's death when it next has something to tell,
        /// which is the same from one phase to the next, here and in a restore, where it has nothing to tell between them.
        private static let dumps: [(options: [String], phase: String)] = [
            (["--leave-running"], "Running network-lock scripts"), (["--leave-running"], "Dumping task"), (["--leave-running"], "Dumping core"),
            (["--leave-running"], "Unlock network"), (["--pre-dump"], "Pre-dumping"), ([], "Dumping core"),
        ]

        @Test(arguments: Victim.allCases)
        fileprivate func aSavedContainerRunsOnOrIsStopped(_ victim: Victim) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                for (number, dump) in Self.dumps.enumerated() where victim == .criu || dump.phase != "Dumping task" {
                    let name = "\(dump.options) \(dump.phase)", image = "image\(number)"
                    let result = try bundle.interrupt(victim, "checkpoint", dump.options, image: image, phase: dump.phase) { () throws in
                        // Or else that no rule is left says nothing.
                        if dump.phase == "Dumping core" { try #require(bundle.rules().contains("CRIU"), "\(name)") }
                    }
                    #expect(!result.succeeded, "\(name): \(result)")
                    if victim == .criu { #expect(result.stderr.contains("killed by signal 9"), "\(name): \(result)") }
                    try bundle.requireRunningOrStopped(after: name)
                }
                try bundle.checkpoint()
                let stopped = try bundle.count()
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        @Test(arguments: Victim.allCases)
        fileprivate func aPausedOneStaysPaused(_ victim: Victim) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                let result = try bundle.interrupt(victim, "checkpoint", ["--leave-running"], image: "image", phase: "Dumping core")
                #expect(!result.succeeded, "\(result)")
                // It waits for whoever puts things right.
                let resumed = try bundle.runc("resume", bundle.id)
                #expect(resumed.succeeded, "\(resumed)")
                try bundle.requireRunningOrStopped(after: "paused")
            }
        }

        /// Nobody fetches the pages that CRIU has to give.
        @Test(arguments: Victim.allCases)
        fileprivate func aLazyDumpIsGivenUp(_ victim: Victim) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                var ready: [Int32] = [-1, -1]
                guard pipe(&ready) == 0 else { throw HarnessError("no pipe") }
                defer { close(ready[0]) }
                var command = try bundle.runtimeCommand(
                    ["checkpoint", "--lazy-pages", "--page-server", "127.0.0.1:27001", "--status-fd", "3", "--image-path", "\(bundle.directory)/image", bundle.id])
                command.descriptors = [ready[1]]
                let dumping = try command.start()
                close(ready[1])
                var byte: UInt8 = 1
                guard Glibc.read(ready[0], &byte, 1) == 1, byte == 0 else { throw HarnessError("the page server was not ready: \(try dumping.wait())") }
                let stopped = try bundle.count(), criu = try bundle.worker(of: dumping)
                kill(victim == .criu ? criu : dumping.pid, SIGKILL)
                let result = try dumping.wait()
                #expect(!result.succeeded, "\(result)")
                #expect(eventually { kill(criu, 0) != 0 }, "CRIU has ended")
                _ = try bundle.waitForCount(above: stopped)
                try bundle.requireRunningOrStopped(after: "lazy")
                try bundle.checkpoint("--leave-running", image: "second")
            }
        }

        /// Where others live in the network namespace nobody but them may remove rules, and they are told of them.
        @Test func sharedRulesAreTold() throws {
            try withBundle(.root) { bundle in
                let holder = try Command(arguments: ["unshare", "--net", "sleep", "1000"], environment: bundle.identity.environment(mark: bundle.id)).start()
                defer { holder.signal(SIGKILL) }
                #expect(try eventually { try bundle.read("/proc/\(holder.pid)/comm") == "sleep\n" })
                let path = "/proc/\(holder.pid)/ns/net"
                try bundle.edit { $0.setNamespace("network", path: path) }
                try bundle.runCounting()
                let result = try bundle.interrupt(.criu, "checkpoint", ["--leave-running"], image: "image", phase: "Dumping core")
                #expect(!result.succeeded && result.stderr.contains("CRIU may have left rules in the network namespace \(path)"), "\(result)")
                #expect(try bundle.rules().contains("CRIU"), "they are not ours to remove")
                #expect(try bundle.status() == "running")
                _ = try bundle.waitForCount(above: bundle.count())
            }
        }

        /// What CRIU's log says in a restore: before there are namespaces, while memory comes back, before and after the moment in
        /// which the runtime has written its state.
        private static let restores = ["Forking task", "Restore via sigreturn", "Running post-restore scripts", "Running pre-resume scripts"]

        @Test(arguments: Victim.allCases)
        fileprivate func whatIsHalfRestoredGoes(_ victim: Victim) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                try bundle.checkpoint()
                let stopped = try bundle.count()
                for phase in Self.restores where victim == .criu || phase != "Forking task" {
                    let result = try bundle.interrupt(victim, "restore", ["--detach"], image: "image", phase: phase)
                    let state = try bundle.runc("state", bundle.id)
                    if victim == .criu && !result.succeeded { #expect(!state.succeeded, "\(phase): nothing is left: \(state)") }
                    if state.succeeded, try bundle.status() == "running" {
                        // Too late: it is all there.
                        _ = try bundle.waitForCount(above: bundle.count())
                        _ = try bundle.execOutput("true")
                    }
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded, "\(phase): \(deleted)")
                }
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        /// In a hook, the namespaces are there and the processes are not.
        @Test(arguments: Victim.allCases)
        fileprivate func nothingIsLeftOfWhatIsHalfRestored(_ victim: Victim) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                try bundle.checkpoint()
                let stopped = try bundle.count(), held = "\(bundle.directory)/held"
                try bundle.edit {
                    $0["hooks"] = ["createRuntime": [["path": "/bin/sh", "args": ["sh", "-c", "touch \(held); while [ -e \(held) ]; do sleep 0.1; done"]]]]
                }
                let restore = try bundle.runtimeCommand(["restore", "--detach", "--image-path", "\(bundle.directory)/image", bundle.id]).start()
                #expect(try eventually { try !restore.isRunning() || access(held, F_OK) == 0 })
                let criu = try bundle.worker(of: restore)
                kill(victim == .criu ? criu : restore.pid, SIGKILL)
                unlink(held)
                let result = try restore.wait()
                #expect(!result.succeeded, "\(result)")
                if victim == .criu {
                    #expect(try !bundle.runc("state", bundle.id).succeeded, "nothing is left")
                } else {
                    #expect(eventually { kill(criu, 0) != 0 }, "CRIU has ended")
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded, "\(deleted)")
                }
                try bundle.edit { $0["hooks"] = nil }
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped)
            }
        }
    }
}

private enum Victim: String, CaseIterable { case criu, runc }

extension Bundle {
    fileprivate func runCounting() throws {
        try runDetached(Self.counting)
        _ = try waitForCount(above: 1)
    }

    /// The CRIU that a command has started for the work itself, not to ask what it can do. A pre-dump is done by its child.
    fileprivate func worker(of command: RunningCommand) throws -> pid_t {
        func children(_ pid: pid_t) -> [pid_t] { ((try? read("/proc/\(pid)/task/\(pid)/children")) ?? "").split(separator: " ").compactMap { pid_t($0) } }
        func title(_ pid: pid_t) -> String { (try? read("/proc/\(pid)/cmdline")) ?? "" }
        var found: pid_t?
        guard try eventually({
            if try !command.isRunning() { return true }
            found = children(command.pid).first { worker in
                title(worker).hasPrefix("criu: ") || children(worker).contains { title($0).hasPrefix("criu: pre-dump") }
            }
            return found != nil
        }), let found else { throw HarnessError("no CRIU: \(try command.wait())") }
        return found
    }

    /// Kills one of the two as CRIU comes to a phase, in which it stands still for `body`; returns how the command ended.
    fileprivate func interrupt(
        _ victim: Victim, _ command: String, _ options: [String], image: String, phase: String, _ body: () throws -> Void = {}
    ) throws -> CommandResult {
        let path = "\(directory)/\(image)", log = "\(path)/\(command == "restore" ? "restore" : "dump").log"
        unlink(log)
        let running = try runtimeCommand([command] + options + ["--image-path", path, id]).start()
        let criu = try worker(of: running)
        #expect(try eventually { try !running.isRunning() || (try? read(log))?.contains(phase) == true })
        kill(criu, SIGSTOP)
        #expect((try? read(log))?.contains(phase) == true, "\(phase)")
        try body()
        kill(victim == .criu ? criu : running.pid, SIGKILL)
        kill(criu, SIGCONT)
        let result = try running.wait()
        #expect(eventually { kill(criu, 0) != 0 }, "\(phase): CRIU has ended")
        return result
    }

    fileprivate func rules() throws -> String { try PlainCommand.run(["nsenter", "--net=/proc/\(initPID())/ns/net", "iptables", "-S"]) }

    /// Never in between: a process that stands still is no running container, and no rule of CRIU's is left. One that has
    /// been stopped is started anew.
    fileprivate func requireRunningOrStopped(after phase: String) throws {
        if try status() == "stopped" {
            try #require(try runc("delete", id).succeeded)
            try runCounting()
            return
        }
        #expect(try status() == "running", "\(phase)")
        _ = try waitForCount(above: count())
        // Where the runtime was killed, somebody else removes them.
        var left = ""
        #expect(try eventually {
            left = try rules()
            return !left.contains("CRIU")
        }, "\(phase): \(left)")
    }
}
