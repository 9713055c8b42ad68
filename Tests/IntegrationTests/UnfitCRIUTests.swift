import Foundation
import Testing

extension IntegrationTests {
    /// A CRIU that is missing, or is no good: a clear error, and the container is as it was. Programs take its place that answer
    /// over descriptor 3 as their scripts say; what they are asked for is the request's second byte.
    @Suite struct UnfitCRIUTests {
        private static func answer(_ message: String) -> String { "printf '\(message)' >&3" }
        private static let version3_17 = answer("\\010\\012\\020\\001\\122\\004\\010\\003\\020\\021")
        private static let version3_14 = answer("\\010\\012\\020\\001\\122\\004\\010\\003\\020\\016")
        /// Whether it is asked for a check with a directory of ours for images.
        private static let unprivileged = "[ -d /proc/$PPID/fd/$6 ] && \(answer("\\010\\003\\020\\001")) || \(answer("\\010\\003\\020\\000"))"
        /// None of the features that were asked for.
        private static let noFeatures = answer("\\010\\011\\020\\001\\102\\000")

        /// - Parameters:
        ///   - version, features, work: what is done where CRIU is asked for them; work is a dump or a restore.
        private static func script(version: String, features: String = noFeatures, work: String = "exit 1") -> String {
            """
            #!/bin/sh
            dd bs=65536 count=1 <&3 >"$0.request" 2>/dev/null
            set -- $(od -An -N6 -tu1 "$0.request")
            case $2 in
            10) \(version) ;;
            9) \(features) ;;
            3) \(unprivileged) ;;
            *) \(work) ;;
            esac
            """
        }

        private static let cases: [(name: String, script: String, options: [String], cause: String)] = [
            ("too old", script(version: version3_14), [], "too old for checkpoint and restore: 3.14"),
            ("garbage", script(version: "echo garbage >&3"), [], "its answer is not understood"),
            ("another answer", script(version: noFeatures), [], "its answer is to another question"),
            ("ends", script(version: "exit 3"), [], "exit status 3"),
            ("tracks no memory", script(version: version3_17), ["--pre-dump"], "cannot do memory tracking"),
            ("no lazy pages", script(version: version3_17), ["--lazy-pages", "--page-server", "127.0.0.1:27000"], "cannot do lazy pages"),
            ("dies", script(version: version3_17, work: "kill -KILL $$"), [], "killed by signal 9"),
            ("garbage for a dump", script(version: version3_17, work: "echo garbage >&3; exec sleep 100"), [], "its answer is not understood"),
        ]

        private func install(_ script: String, _ bundle: Bundle) throws -> [String: String?] {
            let directory = "\(bundle.directory)/criu-bin"
            if access(directory, F_OK) != 0 { try bundle.makeDirectory(directory) }
            try bundle.write(script, to: "\(directory)/criu", mode: 0o755)
            return ["PATH": "\(directory):\(PlainCommand.path)"]
        }

        @Test func theContainerRunsOn() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("while :; do echo >> /tmp/lines; sleep 0.05; done")
                let pid = try bundle.initPID()
                for (name, script, options, cause) in Self.cases {
                    let environment = try install(script, bundle)
                    let result = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image"] + options + [bundle.id], environment: environment).run()
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(cause), "\(name): \(result)")
                    try requireProgress(bundle, pid, name)
                }
            }
        }

        /// It has stopped the container when it dies.
        @Test func whatItHasFrozenIsThawed() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("while :; do echo >> /tmp/lines; sleep 0.05; done")
                let pid = try bundle.initPID(), cgroup = try bundle.cgroup(), directory = try cgroup.directory("freezer")
                let freeze = cgroup.directories["freezer"] == nil ? "echo 1 > \(directory)/cgroup.freeze" : "echo FROZEN > \(directory)/freezer.state"
                let environment = try install(Self.script(version: Self.version3_17, work: "\(freeze); touch \(bundle.directory)/frozen; exit 1"), bundle)
                let result = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.stderr.contains("exit status 1"), "\(result)")
                #expect(access("\(bundle.directory)/frozen", F_OK) == 0)
                try requireProgress(bundle, pid, "frozen")
            }
        }

        /// It goes on where it is seized, whatever its cgroup says: what was paused has to be stopped anew.
        @Test func whatWasPausedStaysPaused() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("while :; do echo >> /tmp/lines; sleep 0.05; done")
                let pid = try bundle.initPID(), cgroup = try bundle.cgroup(), directory = try cgroup.directory("freezer")
                try #require(try bundle.runc("pause", bundle.id).succeeded)
                let thaw = cgroup.directories["freezer"] == nil ? "echo 0 > \(directory)/cgroup.freeze" : "echo THAWED > \(directory)/freezer.state"
                let environment = try install(Self.script(version: Self.version3_17, work: "\(thaw); exit 1"), bundle)
                let result = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.stderr.contains("exit status 1"), "\(result)")
                #expect(try bundle.status() == "paused")
                #expect(try bundle.runc("resume", bundle.id).succeeded)
                try requireProgress(bundle, pid, "resumed")
            }
        }

        /// It waits for somebody who never comes, and the runtime is killed: the container does not wait with it.
        @Test func nothingWaitsForADeadRuntime() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached("while :; do echo >> /tmp/lines; sleep 0.05; done")
                let pid = try bundle.initPID(), cgroup = try bundle.cgroup(), directory = try cgroup.directory("freezer")
                let freeze = cgroup.directories["freezer"] == nil ? "echo 1 > \(directory)/cgroup.freeze" : "echo FROZEN > \(directory)/freezer.state"
                let environment = try install(
                    Self.script(version: Self.version3_17, work: "\(freeze); echo $$ > \(bundle.directory)/criu; exec sleep 1000"), bundle)
                let command = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).start()
                #expect(try eventually { try !command.isRunning() || (try? bundle.read("\(bundle.directory)/criu"))?.hasSuffix("\n") == true })
                let criu = try #require(pid_t(bundle.read("\(bundle.directory)/criu").dropLast()))
                command.signal(SIGKILL)
                #expect(try !command.wait().succeeded)
                #expect(eventually { kill(criu, 0) != 0 }, "CRIU has ended")
                let lines = try bundle.read("\(bundle.rootfs)/tmp/lines").count
                #expect(try eventually { try bundle.read("\(bundle.rootfs)/tmp/lines").count > lines })
                try requireProgress(bundle, pid, "thawed")
            }
        }

        /// CRIU tells nothing of its locks on single connections.
        @Test(arguments: [(["--tcp-established"], true), ([], false)] as [([String], Bool)])
        func rulesOnTheHostAreTold(_ options: [String], _ areTold: Bool) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.removeNamespace("network") }
                try bundle.runDetached()
                let environment = try install(Self.script(version: Self.version3_17, work: "kill -KILL $$"), bundle)
                let result = try bundle.runtimeCommand(
                    ["checkpoint", "--image-path", "\(bundle.directory)/image"] + options + [bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.stderr.contains("CRIU may have left rules in the host's network namespace") == areTold, "\(result)")
                #expect(result.stderr.contains("0xc114") == areTold, "\(result)")
            }
        }

        @Test func whatDoesNotRunIsRefused() throws {
            try withBundle(.root) { bundle in
                let environment = try install(Self.script(version: Self.version3_17), bundle)
                func refusal() throws -> CommandResult {
                    try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).run()
                }
                try bundle.edit { $0.setShell("exit 0") }
                try bundle.create()
                var result = try refusal()
                #expect(result.status == 1 && result.stderr.contains("cannot checkpoint container \(bundle.id): it is created"), "\(result)")
                #expect(try bundle.status() == "created")
                try bundle.start()
                #expect(try bundle.waitForStatus("stopped"))
                result = try refusal()
                #expect(result.status == 1 && result.stderr.contains("cannot checkpoint container \(bundle.id): it is stopped"), "\(result)")
                #expect(access("\(bundle.directory)/image", F_OK) != 0, "nothing is made")
            }
        }

        /// A user's CRIU that can do it is used: with a directory that it can open.
        @Test func aUserMayWhereItReportsThatItCan() throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let environment = try install(Self.script(version: Self.version3_17, work: "kill -KILL $$"), bundle)
                let result = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.stderr.contains("CRIU could not dump the container") && result.stderr.contains("killed by signal 9"), "\(result)")
                #expect(try bundle.status() == "running")
            }
        }

        /// The file of options that the annotation names, and what is said where it is not there.
        @Test(arguments: [("options", true, false), ("missing", false, true), ("", false, false)])
        func theAnnotationNamesOptions(_ name: String, _ isPassed: Bool, _ isWarnedOf: Bool) throws {
            try withBundle(.root) { bundle in
                let path = name.isEmpty ? "" : "\(bundle.directory)/\(name)"
                if name == "options" { try bundle.write("tcp-established\n", to: path) }
                try bundle.edit { $0["annotations"] = ["org.criu.config": .string(path)] }
                try bundle.runDetached()
                let environment = try install(Self.script(version: Self.version3_17), bundle)
                let result = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.stderr.contains("exit status 1"), "\(result)")
                #expect(result.stderr.contains("org.criu.config") == isWarnedOf, "\(result)")
                let request = FileManager.default.contents(atPath: "\(bundle.directory)/criu-bin/criu.request") ?? Data()
                #expect(request.contains(UInt8(ascii: "d")) && (request.range(of: Data("\(bundle.directory)/options".utf8)) != nil) == isPassed)
                if name.isEmpty { #expect(request.range(of: Data("/etc/criu".utf8)) == nil) }
            }
        }

        private func requireProgress(_ bundle: Bundle, _ pid: pid_t, _ name: String) throws {
            #expect(try bundle.initPID() == pid && bundle.status() == "running", "\(name)")
            let lines = try bundle.read("\(bundle.rootfs)/tmp/lines").count
            #expect(try eventually { try bundle.read("\(bundle.rootfs)/tmp/lines").count > lines }, "\(name)")
        }

        /// Nor is anything made by a restore: what is left behind, the bundle's end finds.
        @Test(arguments: [
            ("kill -KILL $$", "killed by signal 9"), ("echo garbage >&3; exec sleep 100", "its answer is not understood"),
            // type RESTORE, success
            ("printf '\\010\\002\\020\\001' >&3", "did not tell of its first process"),
        ])
        func nothingIsLeftOfARestore(_ work: String, _ cause: String) throws {
            try withBundle(.root) { bundle in
                let image = "\(bundle.directory)/image"
                try bundle.makeDirectory(image)
                try bundle.write("[\"\", \"\", \"\"]", to: "\(image)/descriptors.json")
                let environment = try install(Self.script(version: Self.version3_17, work: work), bundle)
                let result = try bundle.runtimeCommand(["restore", "--detach", "--image-path", image, bundle.id], environment: environment).run()
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(cause), "\(result)")
                #expect(try Leftovers(of: bundle).find().isEmpty)
            }
        }

        /// Where distributions have it there is nothing either.
        @Test func aMissingOneIsNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.runDetached()
                let hide = "for p in /usr/local/sbin /usr/sbin /usr/local/bin /usr/bin; do [ ! -e $p/criu ] || mount --bind /dev/null $p/criu; done; exec \"$@\""
                var command = try bundle.runtimeCommand(["checkpoint", "--image-path", "\(bundle.directory)/image", bundle.id])
                command.arguments = ["unshare", "--mount", "sh", "-c", hide, "sh"] + command.arguments
                let result = try command.run()
                #expect(result.status == 1 && result.stderr.contains("criu: executable file not found in $PATH"), "\(result)")
                #expect(try bundle.status() == "running")
            }
        }
    }
}
