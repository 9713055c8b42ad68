import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// pause, resume, and what the other commands do to a paused container.
    @Suite struct PauseTests {
        /// Runs `body` with a container whose process counts in /out/count.
        private func withCounter(_ setting: CgroupSetting, _ body: (Bundle, _ count: () throws -> String) throws -> Void) throws {
            try withBundle(setting) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.runDetached("n=0; while :; do n=$((n+1)); echo $n > /out/new; mv /out/new /out/count; sleep 0.01; done")
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/count") })
                try body(bundle) { try bundle.read("\(out)/count") }
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func pauseStopsEveryProcessUntilResume(_ setting: CgroupSetting) throws {
            try withCounter(setting) { bundle, count in
                for _ in 0..<2 {
                    let paused = try bundle.runc("pause", bundle.id)
                    #expect(paused.succeeded && paused.stderr.isEmpty, "\(paused)")
                    #expect(try bundle.status() == "paused")
                    #expect(try bundle.runc("list").stdout.contains("paused"))
                    let before = try count()
                    usleep(200_000)
                    #expect(try count() == before)
                    let resumed = try bundle.runc("resume", bundle.id)
                    #expect(resumed.succeeded && resumed.stderr.isEmpty, "\(resumed)")
                    #expect(try bundle.status() == "running")
                    #expect(try eventually { try count() != before })
                }
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func aCreatedContainerIsPausedAndIsCreatedAfter(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.create()
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                #expect(try bundle.status() == "paused")
                let started = try bundle.runc("start", bundle.id)
                #expect(started.status == 1 && started.stderr.contains("paused"), "\(started)")
                #expect(try bundle.runc("resume", bundle.id).succeeded)
                #expect(try bundle.status() == "created")
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func whatIsNotInTheRightStateIsRefused(_ setting: CgroupSetting) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                let running = try bundle.runc("resume", bundle.id)
                #expect(running.status == 1 && running.stderr.contains("container not paused"), "\(running)")
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                let twice = try bundle.runc("pause", bundle.id)
                #expect(twice.status == 1 && twice.errors.count == 1 && twice.stderr.contains("paused"), "\(twice)")
                #expect(try bundle.runc("kill", bundle.id, "KILL").succeeded)
                #expect(try bundle.waitForStatus("stopped"))
                for command in ["pause", "resume"] {
                    let stopped = try bundle.runc(command, bundle.id)
                    #expect(stopped.status == 1 && stopped.stderr.contains("container not"), "\(stopped)")
                }
                let missing = try bundle.runc("pause", "\(bundle.id)-none")
                #expect(missing.status == 1 && missing.stderr.contains("container does not exist"), "\(missing)")
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func execIsRefusedUnlessThePauseIsIgnored(_ setting: CgroupSetting) throws {
            try withCounter(setting) { bundle, _ in
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                let refused = try bundle.exec(["true"])
                #expect(refused.status == 255 && refused.errors.count == 1 && refused.stderr.contains("paused container"), "\(refused)")
                let waiting = try bundle.runtimeCommand(["exec", "--ignore-paused", bundle.id, "echo", "ran"]).start()
                usleep(300_000)
                #expect(try waiting.isRunning() && waiting.stdout.isEmpty)
                #expect(try bundle.runc("resume", bundle.id).succeeded)
                let result = try waiting.wait()
                #expect(result.succeeded && result.text == "ran", "\(result)")
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.controlling))
        func killEndsWhatIsPaused(_ setting: CgroupSetting, _ ownPIDNamespace: Bool) throws {
            try withBundle(setting) { bundle in
                if !ownPIDNamespace { try bundle.edit { $0.removeNamespace("pid") } }
                try bundle.runDetached("trap : TERM; sleep 1000 & while :; do sleep 0.05; done")
                try bundle.waitForHandler(of: SIGTERM)
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                // A signal that has a handler waits until it goes on.
                #expect(try bundle.runc("kill", bundle.id, "TERM").succeeded)
                #expect(try bundle.status() == "paused")
                let killed = try bundle.runc("kill", bundle.id, "KILL")
                #expect(killed.succeeded && killed.stderr.isEmpty, "\(killed)")
                #expect(try bundle.waitForStatus("stopped"))
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }

        /// On version 2, where what stands still can be killed.
        @Test(arguments: [true, false], ["kill", "delete"])
        func whatIsFrozenByACgroupAboveDies(_ ownPIDNamespace: Bool, _ command: String) throws {
            let view = HostFeature.cgroupV2.isThere() ? CgroupView.asMounted : .unified
            try withBundle(CgroupSetting(identity: .root, driver: .cgroupfs, view: view)) { bundle in
                let above = "\(try CgroupView.unifiedMountPoint)/\(bundle.id).above"
                try bundle.edit {
                    if !ownPIDNamespace { $0.removeNamespace("pid") }
                    $0["linux.cgroupsPath"] = .string("/\(bundle.id).above/\(bundle.id)")
                }
                try bundle.runDetached("sleep 1000 & while :; do sleep 0.05; done")
                defer { rmdir(above) }
                try "1".write(toFile: "\(above)/cgroup.freeze", atomically: false, encoding: .utf8)
                #expect(try eventually { try bundle.status() == "paused" })
                if command == "kill" {
                    let killed = try bundle.runc("kill", bundle.id, "KILL")
                    #expect(killed.succeeded && killed.stderr.isEmpty, "\(killed)")
                    #expect(try bundle.waitForStatus("stopped"))
                }
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.controlling))
        func deleteOfWhatIsPausedHasToBeForced(_ setting: CgroupSetting, _ ownPIDNamespace: Bool) throws {
            try withBundle(setting) { bundle in
                if !ownPIDNamespace { try bundle.edit { $0.removeNamespace("pid") } }
                try bundle.runDetached("sleep 1000 & while :; do sleep 0.05; done")
                #expect(try bundle.runc("pause", bundle.id).succeeded)
                let refused = try bundle.runc("delete", bundle.id)
                #expect(refused.status == 1 && refused.stderr.contains("paused"), "\(refused)")
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }
    }
}
