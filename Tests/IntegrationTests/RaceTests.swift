import Foundation
import Testing

extension IntegrationTests {
    /// What dies or comes twice at the wrong moment.
    @Suite struct RaceTests {
        @Test(arguments: Identity.allCases)
        func startAfterTheDeathOfInitIsAnError(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.create()
                let pid = try bundle.initPID()
                #expect(kill(pid, SIGKILL) == 0)
                let result = try bundle.runc("start", bundle.id)
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(try bundle.waitForStatus("stopped"))
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }

        @Test(arguments: Identity.allCases)
        func ofTwoStartsOneWins(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                for _ in 0..<5 {
                    try bundle.create()
                    let command = try bundle.runtimeCommand(["start", bundle.id])
                    let starts = try (0..<3).map { _ in try command.start() }
                    let results = try starts.map { try $0.wait() }
                    #expect(results.filter(\.succeeded).count == 1, "\(results)")
                    #expect(results.filter { $0.status == 1 && $0.errors.count == 1 }.count == 2, "\(results)")
                    #expect(try bundle.status() == "running")
                    #expect(try bundle.runc("delete", "--force", bundle.id).succeeded)
                }
            }
        }

        @Test(arguments: Identity.allCases)
        func ofTwoCreatesOneWins(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                for _ in 0..<3 {
                    let command = try bundle.runtimeCommand(["create", bundle.id])
                    let results = try (0..<3).map { _ in try command.start() }.map { try $0.wait() }
                    #expect(results.filter(\.succeeded).count == 1, "\(results)")
                    #expect(results.filter { $0.stderr.contains("container with given ID already exists") }.count == 2, "\(results)")
                    #expect(try bundle.status() == "created")
                    #expect(try bundle.runc("delete", bundle.id).succeeded)
                }
            }
        }

        @Test(arguments: Identity.allCases)
        func twoDeletesLeaveNothing(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                for _ in 0..<3 {
                    try bundle.runDetached()
                    let command = try bundle.runtimeCommand(["delete", "--force", bundle.id])
                    let results = try (0..<2).map { _ in try command.start() }.map { try $0.wait() }
                    #expect(results.filter(\.succeeded).count >= 1, "\(results)")
                    #expect(!FileManager.default.fileExists(atPath: "\(bundle.stateRoot)/\(bundle.id)"))
                }
            }
        }

        /// Whatever it was doing: either the container is there, created, or nothing of it runs; and it can be deleted.
        @Test(arguments: Identity.allCases, [SIGKILL, SIGTERM])
        func aRuntimeKilledDuringCreateLeavesNothingRunning(_ identity: Identity, _ signal: Int32) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                for round in 0..<30 {
                    let command = try bundle.runtimeCommand(["create", bundle.id]).start()
                    usleep(UInt32(round) * 1_000 + UInt32.random(in: 0..<1_000))
                    command.signal(signal)
                    let result = try command.wait()
                    let state = try bundle.runc("state", bundle.id)
                    let created = state.succeeded && state.stdout.contains("\"created\"")
                    if result.succeeded { #expect(created, "\(state)") }
                    if !created {
                        let ended = try eventually { try Leftovers(of: bundle).processes().isEmpty }
                        try #require(ended, "round \(round): \(state)")
                    }
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded, "\(deleted)")
                    let left = try Leftovers(of: bundle).afterAWhile()
                    try #require(left.isEmpty, "round \(round): \(left)")
                }
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func aRuntimeKilledDuringRunLeavesWhatDeleteRemoves(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                for round in 0..<20 {
                    let command = try bundle.runtimeCommand(["run", bundle.id]).start()
                    usleep(UInt32(round) * 1_500)
                    command.signal(SIGKILL)
                    _ = try command.wait()
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    #expect(deleted.succeeded, "\(deleted)")
                    let left = try Leftovers(of: bundle).afterAWhile()
                    try #require(left.isEmpty, "round \(round): \(left)")
                }
            }
        }

        /// An exec that is let in between the kill and the removal of the cgroups dies with the others, or finds no cgroup to join.
        @Test func anExecDuringADeleteIsLeftNowhere() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.removeNamespace("pid") }
                for round in 0..<40 {
                    try bundle.runDetached("exec sleep 1000")
                    let exec = try bundle.runtimeCommand(["exec", "--detach", bundle.id, "sleep", "1000"]).start()
                    usleep(UInt32(round % 20) * 1_000)
                    let start = Date()
                    let deleted = try bundle.runc("delete", "--force", bundle.id)
                    try #require(deleted.succeeded, "round \(round): \(deleted)")
                    #expect(Date().timeIntervalSince(start) < 10 * Machine.slowness)
                    let result = try exec.wait()
                    #expect(result.succeeded || result.errors.count == 1, "\(result)")
                    let left = try Leftovers(of: bundle).afterAWhile()
                    try #require(left.isEmpty, "round \(round): \(left)")
                }
            }
        }

        // MARK: a delete that another command is in the way of

        /// Init was stopped: a `start` waits for it, and a `delete --force` for neither.
        @Test(arguments: Identity.allCases)
        func aStartThatWaitsForInitHoldsNoForcedDeleteUp(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.create()
                #expect(try bundle.runc("kill", bundle.id, "STOP").succeeded)
                let start = try bundle.runtimeCommand(["start", bundle.id]).start()
                usleep(300_000)
                #expect(try start.isRunning())
                var command = try bundle.runtimeCommand(["delete", "--force", bundle.id])
                command.limitSeconds = 20
                let deleted = try command.run()
                #expect(deleted.succeeded, "\(deleted)")
                let result = try start.wait()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
            }
        }

        @Test func anUpdateThatWaitsForItsLimitsHoldsNobodyUp() throws {
            try withBundle(.root) { bundle in
                let fifo = "\(bundle.directory)/resources"
                #expect(mkfifo(fifo, 0o600) == 0)
                try bundle.runDetached()
                let update = try bundle.runtimeCommand(["update", "--resources", fifo, bundle.id]).start()
                defer { update.signal(SIGKILL) }
                usleep(300_000)
                #expect(try update.isRunning())
                for words in [["pause", bundle.id], ["delete", "--force", bundle.id]] {
                    var command = try bundle.runtimeCommand(words)
                    command.limitSeconds = 20
                    let result = try command.run()
                    #expect(result.succeeded, "\(result)")
                }
            }
        }

        /// An exec whose runtime is killed early leaves no half-made process in the container.
        @Test(arguments: [Identity.root, .oneID])
        func aRuntimeKilledDuringExecLeavesTheContainerAlone(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached("trap 'exit 0' TERM; while :; do sleep 1000 & wait; done")
                for round in 0..<15 {
                    let command = try bundle.runtimeCommand(["exec", bundle.id, "true"]).start()
                    usleep(UInt32(round) * 1_000)
                    command.signal(SIGKILL)
                    _ = try command.wait()
                }
                #expect(try bundle.status() == "running")
                #expect(eventually { (try? bundle.execOutput("ps -o comm | grep -v -E 'COMMAND|sh|sleep|ps|grep' | wc -l")) == "0" })
            }
        }
    }
}
