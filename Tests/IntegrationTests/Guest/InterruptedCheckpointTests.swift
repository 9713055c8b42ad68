import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// CRIU or the runtime killed on the way: the container runs on or is reported stopped, and a second try works.
    @Suite(.needs(.guest), .serialized) struct InterruptedCheckpointTests {
        /// What CRIU's log says as it comes to a phase.
        private static let phases = ["Running network-lock scripts", "Dumping task", "Dumping core", "Writing image inventory"]

        @Test(arguments: ["criu", "runc"])
        func aSavedContainerRunsOnOrIsStopped(_ victim: String) throws {
            try withBundle(.root) { bundle in
                try bundle.runCounting()
                for (number, phase) in Self.phases.enumerated() {
                    let image = "\(bundle.directory)/image\(number)"
                    let checkpoint = try bundle.runtimeCommand(["checkpoint", "--leave-running", "--image-path", image, bundle.id]).start()
                    let criu = try bundle.worker(of: checkpoint)
                    #expect(try eventually { try !checkpoint.isRunning() || (try? bundle.read("\(image)/dump.log"))?.contains(phase) == true })
                    kill(victim == "criu" ? criu : checkpoint.pid, SIGKILL)
                    let result = try checkpoint.wait()
                    #expect(!result.succeeded, "\(phase): \(result)")
                    if victim == "criu" { #expect(result.stderr.contains("killed by signal 9"), "\(phase): \(result)") }
                    #expect(eventually { kill(criu, 0) != 0 }, "\(phase): CRIU has ended")
                    try bundle.requireRunningOrStopped(after: phase)
                }
                try bundle.checkpoint()
                let stopped = try bundle.count()
                try bundle.restore()
                _ = try bundle.waitForCount(above: stopped)
            }
        }

        /// In a hook, the namespaces are there and the processes are not.
        @Test(arguments: ["criu", "runc"])
        func nothingIsLeftOfWhatIsHalfRestored(_ victim: String) throws {
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
                kill(victim == "criu" ? criu : restore.pid, SIGKILL)
                unlink(held)
                let result = try restore.wait()
                #expect(!result.succeeded, "\(result)")
                if victim == "criu" {
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

extension Bundle {
    fileprivate func runCounting() throws {
        try runDetached("i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.1; done")
        _ = try waitForCount(above: 1)
    }

    /// The CRIU that a command has started for the work itself, not to ask what it can do.
    fileprivate func worker(of command: RunningCommand) throws -> pid_t {
        var found: pid_t?
        guard try eventually({
            if try !command.isRunning() { return true }
            let children = try read("/proc/\(command.pid)/task/\(command.pid)/children").split(separator: " ").compactMap { pid_t($0) }
            found = children.first { (try? read("/proc/\($0)/cmdline"))?.hasPrefix("criu: ") == true }
            return found != nil
        }), let found else { throw HarnessError("no CRIU: \(try command.wait())") }
        return found
    }

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
        let rules = try PlainCommand.run(["nsenter", "--net=/proc/\(initPID())/ns/net", "iptables", "-S"])
        #expect(!rules.contains("CRIU"), "\(phase): \(rules)")
    }
}
