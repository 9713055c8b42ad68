import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// Another process exchanges what a container is set up on, while it is set up: another container that shares a volume,
    /// or the root, can do so.
    @Suite struct MountRaceTests {
        /// `RUNC_TEST_RACE_STARTS`: how many containers are started.
        private static let starts = Int(ProcessInfo.processInfo.environment["RUNC_TEST_RACE_STARTS"] ?? "") ?? 200
        private static let atOnce = 4

        /// What changes places with what, below the bundle's directory: a part of the root with a link, or with a directory outside.
        private func pairs(_ bundle: Bundle, _ canary: Canary) throws -> [String] {
            let root = bundle.rootfs
            for name in ["a", "a/target", "a/cwd", "a/dir", "b", "b/target", "c", "moved", "moved/inner"] { try bundle.makeDirectory("\(root)/\(name)") }
            for name in ["a/secret", "a/null", "c/file"] { try bundle.write("inside\n", to: "\(root)/\(name)") }
            let attackers = "\(bundle.directory)/attackers"
            try bundle.makeDirectory(attackers)
            let links = [
                "a": canary.fromBelow, "b/target": "\(canary.fromBelow)/dir", "c/file": "\(canary.fromBelow)/secret", "proc": canary.fromBelow,
                "dev": canary.fromBelow,
            ]
            var pairs: [String] = []
            for (name, target) in links.sorted(by: { $0.key < $1.key }) {
                let link = "\(root)/\(name).link"
                guard symlink(target, link) == 0 else { throw HarnessError("cannot link \(link)") }
                pairs += ["\(root)/\(name)", link]
            }
            return pairs + ["\(root)/moved/inner", attackers]
        }

        /// A hook that looks, before the root is changed, whether the container's own mount namespace has a mount outside: the
        /// host has none of it.
        private func watch(_ bundle: Bundle, _ canary: Canary, log: String) throws {
            let script = "cut -d ' ' -f 5 /proc/self/mountinfo | grep -e '^\(canary.path)' >> \(log); echo watched >> \(log)"
            try bundle.edit { $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string(script)], "env": ["PATH=/usr/bin:/bin"]], to: "hooks.createContainer") }
        }

        private func configure(_ bundle: Bundle) throws {
            let source = try bundle.makeSource()
            try bundle.edit { config in
                for (index, destination) in ["/a/target", "/a/new/made", "/moved/inner/../../../../outside", "/moved/inner/new"].enumerated() {
                    config.addBind(source, to: destination, index == 0 ? ["rbind", "ro"] : ["bind", "rw"])
                }
                config.addBind("\(source)/file", to: "/c/file")
                config.addBind("\(source)/file", to: "/a/newfile")
                config.addMount("/b/target", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro"])
                config["process.cwd"] = "/a/cwd"
                config["linux.maskedPaths"] = ["/a/secret", "/c/file", "/a/dir", "/proc/kcore"]
                config["linux.readonlyPaths"] = ["/a/dir", "/b", "/proc/sys"]
                config.setShell("cat /a/secret /a/target/secret /b/target/secret /c/file secret ../secret /proc/secret /dev/secret 2>/dev/null; true")
            }
        }

        @Test func targetsAreSwappedWhileContainersStart() throws {
            try withBundle(.root) { bundle in
                let canary = try Canary(bundle)
                let pairs = try pairs(bundle, canary)
                try configure(bundle)
                let log = "\(bundle.directory)/mounts-outside"
                try watch(bundle, canary, log: log)
                let swapper = try swap(pairs)
                defer {
                    kill(swapper, SIGKILL)
                    waitpid(swapper, nil, 0)
                }
                var succeeded = 0
                var failures: [String: Int] = [:]
                let names = (0..<Self.atOnce).map { _ in bundle.anotherID() }
                for _ in 0..<(Self.starts / Self.atOnce) {
                    let running = try names.map { try bundle.runtimeCommand(["run", $0]).start() }
                    for command in running {
                        let result = try command.wait()
                        #expect(!result.stdout.contains("canary"), "\(result)")
                        if result.succeeded { succeeded += 1 } else { failures[result.stderr, default: 0] += 1 }
                    }
                    try canary.expectUntouched()
                    // What was made between two exchanges must not grow without end. Nothing is exchanged meanwhile: rm(1) fails
                    // where what it walks becomes something else.
                    kill(swapper, SIGSTOP)
                    waitpid(swapper, nil, WUNTRACED)
                    defer { kill(swapper, SIGCONT) }
                    try PlainCommand.run(["rm", "-rf", "--one-file-system", "\(bundle.rootfs)/outside", "\(bundle.rootfs)/a/new"])
                }
                print("\(Self.starts) starts: \(succeeded) succeeded, \(failures.values.reduce(0, +)) failed, with \(failures.count) different errors")
                #expect(succeeded > 0 && !failures.isEmpty, "both happen, or there was no race: \(succeeded) \(failures)")
                #expect(Set(try bundle.read(log).split(separator: "\n")) == ["watched"])
                #expect(failures.keys.allSatisfy { $0.split(separator: "\n").count == 1 }, "\(failures)")
            }
        }

        private func swap(_ pairs: [String]) throws -> pid_t {
            var paths: [UnsafePointer<CChar>?] = pairs.map { UnsafePointer(strdup($0)) }
            defer { paths.forEach { free(UnsafeMutablePointer(mutating: $0)) } }
            let pid = ch_exchange_forever(&paths, Int32(pairs.count / 2))
            guard pid > 0 else { throw HarnessError("cannot start the swapper") }
            return pid
        }
    }
}
