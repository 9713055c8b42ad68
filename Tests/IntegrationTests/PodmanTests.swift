import Foundation
import Testing

extension IntegrationTests {
    /// Debian's Podman with this runtime beneath it.
    @Suite(.needs(.tool("podman"), .tool("conmon"))) struct PodmanTests {
        @Test(arguments: [Identity.root, .oneID])
        func runsInTheForeground(_ identity: Identity) throws {
            try withPodman(CgroupSetting(identity: identity, driver: .cgroupfs)) { engine in
                let result = try engine.run(["--rm"], ["sh", "-c", "id -u; exit 7"])
                #expect(result.status == 7 && result.text == "0", "\(result)")
                let input = try engine.run(["--rm", "--env=A=b", "--workdir=/tmp", "--hostname=named"], ["sh", "-c", "echo $A; pwd; hostname"])
                #expect(input.text == "b\n/tmp\nnamed", "\(input)")
                let killed = try engine.run(["--rm"], ["sh", "-c", "kill -KILL $$; sleep 5"])
                #expect(killed.status == 0 || killed.status == 137, "\(killed)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func tellsWhatIsMissingFromWhatCannotBeExecuted(_ identity: Identity) throws {
            try withPodman(CgroupSetting(identity: identity, driver: .cgroupfs)) { engine in
                let missing = try engine.run(["--rm"], ["no-such-command"])
                #expect(missing.status == 127, "\(missing)")
                let absent = try engine.run(["--rm"], ["/no/such/file"])
                #expect(absent.status == 127, "\(absent)")
                let refused = try engine.run(["--rm"], ["/etc/not-executable"])
                #expect(refused.status == 126, "\(refused)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func runsInTheBackground(_ identity: Identity) throws {
            try withPodman(CgroupSetting(identity: identity, driver: .cgroupfs)) { engine in
                let started = try engine.run(["--detach", "--name=background"], ["sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done"])
                try #require(started.succeeded, "\(started)")
                let executed = try engine.podman(["exec", "background", "sh", "-c", "echo inside; exit 5"])
                #expect(executed.text == "inside" && executed.status == 5, "\(executed)")
                let missing = try engine.podman(["exec", "background", "no-such-command"])
                #expect(missing.status == 127, "\(missing)")
                let refused = try engine.podman(["exec", "background", "/etc/not-executable"])
                #expect(refused.status == 126, "\(refused)")
                let killed = try engine.podman(["kill", "--signal=TERM", "background"])
                #expect(killed.succeeded, "\(killed)")
                let waited = try engine.podman(["wait", "background"])
                #expect(waited.text == "9", "\(waited)")
                #expect(try engine.podman(["logs", "background"]).text == "up")
                let removed = try engine.podman(["rm", "background"])
                #expect(removed.succeeded, "\(removed)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func givesATerminal(_ identity: Identity) throws {
            try withPodman(CgroupSetting(identity: identity, driver: .cgroupfs)) { engine in
                let result = try engine.run(["--rm", "--tty"], ["sh", "-c", "tty"])
                #expect(result.succeeded && result.stdout.contains("/dev/pts/0"), "\(result)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func mountsVolumesAndSetsUsers(_ identity: Identity) throws {
            try withPodman(CgroupSetting(identity: identity, driver: .cgroupfs)) { engine in
                let volume = "\(engine.bundle.directory)/volume"
                try engine.bundle.makeDirectory(volume)
                try engine.bundle.write("content\n", to: "\(volume)/file")
                let result = try engine.run(["--rm", "--volume=\(volume):/volume:ro", "--user=1000:1001", "--read-only"], ["sh", "-c", "cat /volume/file; id -u; id -g; touch /volume/x"])
                #expect(result.stdout.hasPrefix("content\n1000\n1001\n") && result.status == 1, "\(result)")
            }
        }
    }
}
