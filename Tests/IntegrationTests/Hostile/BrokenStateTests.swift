import Foundation
import Testing

extension IntegrationTests {
    /// A state.json that is none: a full disk, or somebody's editor.
    @Suite struct BrokenStateTests {
        /// What cannot be read is named, hides no other container, and is removed with all that runs.
        @Test(arguments: Identity.allCases, ["", "{", "{}", "[]", "null"])
        func aBrokenStateIsRemovedByForce(_ identity: Identity, _ text: String) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let pid = try bundle.initPID()
                try bundle.write(text, to: "\(bundle.stateRoot)/\(bundle.id)/state.json", mode: 0o600)
                let list = try bundle.runc("list")
                #expect(list.succeeded && list.stderr.contains(bundle.id), "\(list)")
                #expect(try bundle.runc("state", bundle.id).status == 1)
                #expect(try bundle.runc("delete", bundle.id).status == 1)
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(hasEnded(pid))
            }
        }

        /// Whoever waits for its writer waits for ever.
        @Test func aFIFOIsNoState() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let state = "\(bundle.stateRoot)/\(bundle.id)/state.json"
                #expect(unlink(state) == 0 && mkfifo(state, 0o600) == 0)
                let list = try bundle.runtimeCommand(["list"]).start().wait(limitSeconds: 20)
                #expect(list.succeeded && list.stderr.contains(bundle.id), "\(list)")
                let deleted = try bundle.runtimeCommand(["delete", "--force", bundle.id]).start().wait(limitSeconds: 20)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }

        /// Only who removed a container has its hooks to run.
        @Test func hooksOfAnothersInterruptedRemovalAreNotRun() throws {
            try withBundle(.root) { bundle in
                let mark = "\(bundle.directory)/mark"
                try bundle.edit { $0.append(["path": "/bin/touch", "args": ["touch", .string(mark)]], to: "hooks.poststop") }
                try bundle.create()
                let left = "\(bundle.stateRoot)/~1"
                try PlainCommand.run(["cp", "-r", "\(bundle.stateRoot)/\(bundle.id)", left])
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                #expect(unlink(mark) == 0)
                try PlainCommand.run(["chown", "-R", "1000:1000", left])
                #expect(try !bundle.runc("delete", bundle.id).succeeded)
                #expect(access(mark, F_OK) != 0)
                try PlainCommand.run(["chown", "-R", "0:0", left])
                #expect(try bundle.runc("delete", bundle.id).succeeded)
                #expect(access(mark, F_OK) == 0, "or this shows nothing")
            }
        }

        /// What stands still dies only when it goes on.
        @Test(arguments: [true, false])
        func aPausedContainerWithABrokenStateIsRemovedByForce(_ ownPIDNamespace: Bool) throws {
            try withBundle(.root) { bundle in
                if !ownPIDNamespace { try bundle.edit { $0.removeNamespace("pid") } }
                try bundle.runDetached("sleep 1000 & while :; do sleep 0.05; done")
                let pid = try bundle.initPID()
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                try bundle.write("{", to: "\(bundle.stateRoot)/\(bundle.id)/state.json", mode: 0o600)
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
                #expect(hasEnded(pid))
                #expect(try Leftovers(of: bundle).afterAWhile() == [])
            }
        }

        /// An update that cannot be noted is none.
        @Test func aFullDiskChangesNoLimit() throws {
            try withBundle(.root) { bundle in
                try PlainCommand.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", bundle.stateRoot])
                defer { umount2(bundle.stateRoot, Int32(MNT_DETACH)) }
                try bundle.edit { $0["linux.resources.pids.limit"] = 100 }
                try bundle.runDetached()
                func limit() throws -> String { try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") }
                try PlainCommand.run(["sh", "-c", "cat /dev/zero > \(bundle.stateRoot)/full 2> /dev/null || true"])
                let refused = try bundle.runc("update", "--pids-limit", "50", bundle.id)
                #expect(refused.status == 1 && refused.errors.count == 1 && refused.stderr.lowercased().contains("no space"), "\(refused)")
                #expect(try limit() == "100")
                try PlainCommand.run(["rm", "\(bundle.stateRoot)/full"])
                #expect(try bundle.runc("update", "--pids-limit", "50", bundle.id).succeeded)
                #expect(try limit() == "50")
                #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
            }
        }

        // MARK: a file system that has become read-only

        private func withStateFileSystem(_ body: (Bundle, _ remount: (String) throws -> Void) throws -> Void) throws {
            try withBundle(.root) { bundle in
                try PlainCommand.run(["mount", "-t", "tmpfs", "tmpfs", bundle.stateRoot])
                defer { umount2(bundle.stateRoot, Int32(MNT_DETACH)) }
                try body(bundle) { try PlainCommand.run(["mount", "-o", "remount,\($0)", bundle.stateRoot]) }
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }

        /// What cannot be removed is told; who waits for the process learns how it has ended.
        @Test func anExitStatusOutlivesWhatCannotBeRemoved() throws {
            try withStateFileSystem { bundle, remount in
                let out = try bundle.shareDirectory()
                try bundle.edit { $0.setShell("echo ready; until [ -e /out/end ]; do sleep 0.02; done; exit 5") }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                #expect(eventually { running.stdout.contains("ready") }, "\(running.stderr)")
                try remount("ro")
                try bundle.write("", to: "\(out)/end")
                let result = try running.wait()
                #expect(result.status == 5 && result.stderr.contains("removing the container: "), "\(result)")
                try remount("rw")
            }
        }

        /// exec.fifo stays, of which the container is not taken for one that waits.
        @Test func whatIsStartedIsRunningWhereThatCannotBeNoted() throws {
            try withStateFileSystem { bundle, remount in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                try remount("ro")
                try bundle.start()
                #expect(try bundle.status() == "running")
                for command in ["start", "delete"] {
                    let refused = try bundle.runtimeCommand([command, bundle.id]).start().wait(limitSeconds: 20)
                    #expect(refused.status == 1 && refused.errors.count == 1 && refused.stderr.contains("running"), "\(refused)")
                }
                try remount("rw")
            }
        }
    }
}
