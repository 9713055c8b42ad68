import Testing

extension IntegrationTests.GuestTests {
    /// `process.selinuxLabel` and `linux.mountLabel`, on a kernel with SELinux: the guest's, with the policy of Tests/vm/selinux.conf.
    @Suite struct SELinuxTests {
        private static let confined = "u:r:confined", other = "u:r:other", mounted = "u:r:mounted"

        /// `confined` may not be scheduled otherwise, `other` may.
        private static let script = "tr -d '\\0' < /proc/self/attr/current; echo; renice -n 5 -p $$ > /dev/null 2>&1 && echo reniced; true"

        private func withContainer(_ identity: Identity, noNewPrivileges: Bool = true, _ body: (Bundle) throws -> Void) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.selinuxLabel"] = .string(Self.confined)
                    $0["process.noNewPrivileges"] = .bool(noNewPrivileges)
                    $0["linux.maskedPaths"] = []
                }
                try body(bundle)
            }
        }

        @Test(.needs(.seLinux), arguments: Identity.allCases, [true, false])
        func theContainerIsConfined(_ identity: Identity, _ noNewPrivileges: Bool) throws {
            try withContainer(identity, noNewPrivileges: noNewPrivileges) { bundle in
                #expect(try bundle.output(Self.script) == Self.confined)
                try bundle.edit { $0["process.selinuxLabel"] = .string(Self.other) }
                #expect(try bundle.output(Self.script) == "\(Self.other)\nreniced")
            }
        }

        @Test(.needs(.seLinux), arguments: [Identity.root, .oneID], [true, false])
        func execHasTheContainersOrItsOwn(_ identity: Identity, _ noNewPrivileges: Bool) throws {
            try withContainer(identity, noNewPrivileges: noNewPrivileges) { bundle in
                try bundle.runDetached("sleep 1000")
                #expect(try bundle.execOutput(Self.script) == Self.confined)
                #expect(try bundle.execOutput(Self.script, options: ["--process-label", Self.other]) == "\(Self.other)\nreniced")
            }
        }

        /// The policy hides the keys from it that are not labelled as itself.
        @Test(.needs(.seLinux), arguments: [Identity.root, .oneID])
        func theSessionKeyringIsItsOwn(_ identity: Identity) throws {
            try withContainer(identity) { bundle in
                let keyring = "_ses.\(bundle.id)"
                #expect(try bundle.output("cat /proc/keys").contains(keyring))
                try bundle.runDetached("sleep 1000")
                #expect(try bundle.execOutput("cat /proc/keys").contains(keyring))
            }
        }

        @Test(.needs(.seLinux), arguments: [Identity.root, .oneID])
        func whatIsMountedForItIsLabelled(_ identity: Identity) throws {
            try withContainer(identity) { bundle in
                try bundle.edit { $0["linux.mountLabel"] = .string(Self.mounted) }
                try bundle.runDetached("sleep 1000")
                let mounts = try bundle.execOutput("cat /proc/self/mounts").split(separator: "\n")
                for destination in ["/dev", "/dev/pts", "/dev/shm"] {
                    let mount = try #require(mounts.first { $0.split(separator: " ")[1] == destination })
                    #expect(mount.contains("context=\(Self.mounted)"), "\(mount)")
                }
                let queues = "/proc/\(try bundle.initPID())/root/dev/mqueue"
                #expect(try PlainCommand.run(["getfattr", "--only-values", "--name", "security.selinux", queues]).hasPrefix(Self.mounted))
            }
        }

        @Test(.needs(.seLinux), arguments: ["process.selinuxLabel", "linux.mountLabel"])
        func aLabelThatThePolicyDoesNotKnowIsNamed(_ field: String) throws {
            try withContainer(.root) { bundle in
                try bundle.edit { $0[field] = "u:r:nosuch" }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("u:r:nosuch: invalid argument"), "\(result)")
            }
        }
    }
}
