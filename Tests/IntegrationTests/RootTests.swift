import Foundation
import Testing

extension IntegrationTests {
    /// The root file system: how it is entered, what of it is hidden or may not be written.
    @Suite struct RootTests {
        @Test(arguments: Identity.allCases, [[], ["--no-pivot"]])
        func isAllThereIs(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                try bundle.write("here\n", to: "\(bundle.rootfs)/mark")
                let output = try bundle.output(
                    "cat /mark; readlink /proc/self/root; cat /../../mark; ls -d \(bundle.directory) 2>&1; cat /proc/self/mountinfo", options: options)
                #expect(output.hasPrefix("here\n/\nhere\n"), "\(output)")
                #expect(output.contains("No such file or directory"))
                if options.isEmpty {
                    let mounts = MountInfo.parse(output)
                    #expect(mounts.filter { $0.mountPoint == "/" }.count == 1)
                    #expect(mounts.at("/")?.root.hasSuffix("/rootfs") == true)
                }
            }
        }

        @Test(arguments: Identity.allCases)
        func isNotWrittenWhereItIsReadOnly(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["root.readonly"] = true }
                let output = try bundle.output("touch /new 2>&1; touch /dev/shm/new && echo but elsewhere")
                #expect(output.contains("Read-only file system") && output.hasSuffix("but elsewhere"), "\(output)")
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.rootfs)/new"))
            }
        }

        @Test(arguments: Identity.allCases)
        func isWrittenWhereItIsNot(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                _ = try bundle.output("echo new > /new")
                #expect(try bundle.read("\(bundle.rootfs)/new") == "new\n")
            }
        }

        @Test(arguments: Identity.allCases)
        func masksPaths(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/secrets")
                try bundle.write("secret\n", to: "\(bundle.rootfs)/secrets/key")
                try bundle.write("secret\n", to: "\(bundle.rootfs)/secret")
                try bundle.edit { $0["linux.maskedPaths"] = ["/secrets", "/secret", "/not-there", "/proc/kcore", "/sys/firmware"] }
                let output = try bundle.output("cat /secret; ls /secrets; touch /secrets/x 2>&1; head -c 1 /proc/kcore | wc -c; ls /sys/firmware | wc -l")
                #expect(!output.contains("key") && !output.contains("secret\n"), "\(output)")
                #expect(output.contains("Read-only file system"), "\(output)")
                #expect(output.hasSuffix("0\n0"), "\(output)")
            }
        }

        @Test(arguments: Identity.allCases)
        func makesPathsReadOnly(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/fixed")
                try bundle.write("old\n", to: "\(bundle.rootfs)/fixed/file")
                try bundle.edit { $0["linux.readonlyPaths"] = ["/fixed", "/not-there", "/proc/sys"] }
                let output = try bundle.output("cat /fixed/file; (echo new > /fixed/file) 2>&1; (echo x > /proc/sys/kernel/domainname) 2>&1; true")
                #expect(output.hasPrefix("old\n"), "\(output)")
                #expect(output.components(separatedBy: "Read-only file system").count == 3, "\(output)")
            }
        }

        /// As with root.readonly: what is mounted in it keeps its own attributes.
        @Test(arguments: [Identity.root, .oneID], ["/", "//", "/.", "/link"])
        func makesTheRootReadOnly(_ identity: Identity, _ path: String) throws {
            try withBundle(identity) { bundle in
                #expect(symlink("/", "\(bundle.rootfs)/link") == 0)
                try bundle.edit { $0["linux.readonlyPaths"] = [.string(path)] }
                #expect(try bundle.output("touch /new 2>/dev/null || echo read-only; touch /dev/shm/new && echo but elsewhere") == "read-only\nbut elsewhere")
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.rootfs)/new"))
            }
        }

        @Test(arguments: ["/", "/link"])
        func theRootCannotBeMasked(_ path: String) throws {
            try withBundle(.root) { bundle in
                #expect(symlink(".", "\(bundle.rootfs)/link") == 0)
                try bundle.edit { $0["linux.maskedPaths"] = [.string(path)] }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stdout.isEmpty && result.stderr.contains("the root itself cannot be masked"), "\(result)")
            }
        }

        /// What is mounted on `/` is the root from then on.
        @Test(arguments: [Identity.root, .oneID], [[], ["--no-pivot"]])
        func isWhatIsMountedOnIt(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                let other = "\(bundle.directory)/other"
                try RootFilesystem.make(at: other, uid: identity.hostUID, gid: identity.hostGID)
                try bundle.write("other\n", to: "\(other)/mark")
                try bundle.edit { $0.mountFirst("/", type: "bind", source: other, options: ["rbind", "ro"]) }
                let output = try bundle.output("cat /mark; touch /new 2>&1; ls -d /proc/self; touch /dev/shm/new && echo written", options: options)
                #expect(output.hasPrefix("other\n") && output.contains("Read-only file system") && output.hasSuffix("/proc/self\nwritten"), "\(output)")
                try bundle.edit {
                    $0.removeMount("/")
                    $0.mountFirst("/", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"])
                }
                #expect(try bundle.output("touch /new; grep ' / / ' /proc/self/mountinfo | tail -1", options: options).contains("tmpfs"))
                #expect(!FileManager.default.fileExists(atPath: "\(bundle.rootfs)/new"))
            }
        }

        /// Without pivot_root what is the host's is told from what is the container's by the mounts, however the bundle is spelled;
        /// and what is taken away of the host's stays the host's, where its mounts are shared.
        @Test(arguments: [("rshared", "rootfs"), ("shared", "rootfs/"), ("rslave", "./rootfs"), ("rprivate", "rootfs")], [".", "./", "bundle"])
        func withoutPivotTheKernelsMountsStayWhereTheyAre(_ row: (propagation: String, path: String), _ spelled: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.rootfsPropagation"] = .string(row.propagation)
                    $0["root.path"] = .string(row.path)
                    $0.setShell("ls -d /proc/self /sys/class")
                }
                let host = """
                    mount --make-rshared / && cd \(bundle.directory) && ln -s . bundle && mount --bind . . && cd \(bundle.directory) || exit 1
                    "$@" && ls -d /proc/self/ns /sys/kernel
                    """
                let result = try bundle.runtimeCommand(
                    ["run", "--no-pivot", "--bundle", spelled, bundle.id],
                    through: ["unshare", "--mount", "--propagation", "private", "sh", "-c", host, "sh"]).run()
                #expect(result.succeeded && result.stdout == "/proc/self\n/sys/class\n/proc/self/ns\n/sys/kernel\n", "\(result)")
            }
        }

        /// Without a mount namespace of its own the container is in its root all the same, and so is whoever comes later.
        @Test(arguments: Identity.allCases)
        func isAllThereIsWithoutMountsToo(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.write("outside\n", to: "\(bundle.directory)/mark")
                try bundle.write("inside\n", to: "\(bundle.rootfs)/mark")
                try bundle.edit { $0.mountNothing(); $0["process.cwd"] = "/new/directory" }
                try bundle.runDetached("pwd > /pwd; cat /mark > /seen; trap 'exit 0' TERM; while :; do sleep 0.05; done")
                #expect(eventually { (try? bundle.read("\(bundle.rootfs)/seen")) == "inside\n" })
                #expect(try bundle.read("\(bundle.rootfs)/pwd") == "/new/directory\n")
                #expect(try bundle.execOutput("cat /mark; pwd; ls \(bundle.directory) || echo not there", options: ["--cwd", "/"]).hasPrefix("inside\n/\n"))
                #expect(try bundle.exec(["cat", "\(bundle.directory)/mark"], options: ["--cwd", "/"]).status == 1)
                #expect(try bundle.exec(["sh", "-c", "ls -d /proc/self || ls /proc"], options: ["--cwd", "/"]).stdout == "", "the host's is not its")
            }
        }

        /// Nothing of what is to protect is left out without a word.
        @Test(arguments: [Identity.root, .oneID], ["root.readonly", "linux.maskedPaths", "linux.readonlyPaths", "linux.devices", "linux.rootfsPropagation", "mounts", "--no-pivot"])
        func whatNeedsAMountNamespaceIsNamed(_ identity: Identity, _ field: String) throws {
            try withBundle(identity) { bundle in
                let value: JSONValue =
                    switch field {
                    case "root.readonly": true
                    case "linux.devices": [["path": "/dev/null", "type": "c", "major": 1, "minor": 3]]
                    case "linux.rootfsPropagation": "rprivate"
                    case "mounts": [["destination": "/tmp", "type": "tmpfs", "source": "tmpfs"]]
                    default: ["/etc"]
                    }
                try bundle.edit {
                    $0.mountNothing()
                    if field != "--no-pivot" { $0[field] = value }
                }
                let result = try bundle.sh("echo never", options: field == "--no-pivot" ? [field] : [])
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains("\(field): only with a mount namespace"), "\(result)")
            }
        }

        /// A masked path that is a link is masked where it leads inside.
        @Test func masksInsideWhereALinkLeadsOut() throws {
            try withBundle(.root) { bundle in
                #expect(symlink("/etc/passwd", "\(bundle.rootfs)/link") == 0)
                try bundle.edit { $0["linux.maskedPaths"] = ["/link"] }
                let before = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
                #expect(try bundle.output("cat /etc/passwd") == "")
                #expect(try String(contentsOfFile: "/etc/passwd", encoding: .utf8) == before)
            }
        }

        @Test(arguments: Identity.allCases)
        func mayBeAnAbsolutePath(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["root.path"] = .string(bundle.rootfs) }
                #expect(try bundle.output("ls -d /bin") == "/bin")
            }
        }
    }
}
