import Foundation
import Testing

extension IntegrationTests {
    /// A CRIU that is missing, or is no good: a clear error, and the container is as it was. Programs take its place that answer
    /// over descriptor 3 as their scripts say; what they are asked for is the request's second byte.
    @Suite struct UnfitCRIUTests {
        private static func answer(_ message: String) -> String { "printf '\(message)' >&3" }
        private static let version3_17 = answer("\\010\\012\\020\\001\\122\\004\\010\\003\\020\\021")
        private static let version3_14 = answer("\\010\\012\\020\\001\\122\\004\\010\\003\\020\\016")
        /// None of the features that were asked for.
        private static let noFeatures = answer("\\010\\011\\020\\001\\102\\000")

        /// - Parameters:
        ///   - version, features, work: what is done where CRIU is asked for them; work is a dump or a restore.
        private static func script(version: String, features: String = noFeatures, work: String = "exit 1") -> String {
            """
            #!/bin/sh
            set -- $(dd bs=65536 count=1 <&3 2>/dev/null | od -An -N2 -tu1)
            case $2 in
            10) \(version) ;;
            9) \(features) ;;
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
