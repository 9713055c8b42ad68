import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// What the kernel refuses to a user namespace, and what is done instead.
    @Suite struct UserNamespaceMountTests {
        @Test(arguments: Identity.rootless)
        func rbindWorksInAUserNamespaceWhereMountsAreLocked(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(source)/below")
                // Mounted where the identity sees it: root of a user namespace has a mount namespace of its own.
                let command = ["mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "tmpfs", "\(source)/below"]
                let script = "\(command.joined(separator: " ")) && echo deep > \(source)/below/deep"
                try bundle.edit {
                    $0.addBind(source, to: "/recursive", ["rbind", "ro"])
                    $0.setShell("cat /recursive/below/deep; cat /proc/self/mountinfo")
                }
                let run = ["run", bundle.id]
                let result =
                    identity == .rootInUserNamespace
                    ? try bundle.runtimeCommand(run, through: ["unshare", "--mount", "sh", "-c", "\(script) && exec \"$@\"", "sh"]).run()
                    : try bundle.runtimeCommand(run).inPrivateMounts(script).run()
                #expect(result.succeeded, "\(result)")
                #expect(result.stdout.hasPrefix("deep\n"), "\(result)")
                #expect(MountInfo.parse(result.stdout).at("/recursive")?.options.contains("ro") == true)
            }
        }

        /// The kernel refuses to a user namespace to clear flags that the host has set.
        @Test(arguments: Identity.unprivileged, [["bind", "ro"], ["bind", "rw"], ["bind", "ro", "nosuid"], ["rbind"]])
        func lockedFlagsAreKept(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                let source = "\(bundle.directory)/locked"
                try bundle.makeDirectory(source)
                try bundle.edit {
                    $0.addBind(source, to: "/locked", options)
                    $0.setShell("cat /proc/self/mountinfo")
                }
                let result = try bundle.runtimeCommand(["run", bundle.id])
                    .inPrivateMounts("mount -t tmpfs -o nosuid,nodev,noexec,noatime tmpfs \(source)").run()
                #expect(result.succeeded, "\(result)")
                let flags = try #require(MountInfo.parse(result.stdout).at("/locked")?.options)
                #expect(flags.isSuperset(of: ["nosuid", "nodev", "noexec", "noatime"]))
                #expect(flags.contains("ro") == options.contains("ro"))
            }
        }

        /// As with sshfs: only the user may look into it, not even root, and its flags are locked.
        @Test(.needs(.fuse), arguments: Identity.unprivileged, [["bind"], ["rbind", "ro"]])
        func aFileSystemOfTheUsersOwnIsBound(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                let source = "\(bundle.directory)/fuse"
                try bundle.makeDirectory(source)
                let server = ch_mount_fuse(source, try identity.hostUID, try identity.hostGID)
                try #require(server > 0, "\(String(cString: strerror(-server)))")
                defer {
                    umount2(source, Int32(MNT_DETACH))
                    waitpid(server, nil, 0)
                }
                try bundle.edit { $0.addBind(source, to: "/fuse", options) }
                let output = try bundle.output("cat /fuse/file /proc/self/mountinfo")
                #expect(output.hasPrefix("fuse\n"), "\(output)")
                let flags = try #require(MountInfo.parse(output).at("/fuse")?.options)
                #expect(flags.isSuperset(of: ["nosuid", "nodev"]) && flags.contains("ro") == options.contains("ro"))
            }
        }

        /// Each mount that may only be the host's own is a copy of its own: none takes another's away.
        @Test(arguments: Identity.unprivileged)
        func theHostsProcCanBeHadTwice(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.removeNamespace("pid")
                    $0.addMount("/x/proc", type: "proc", source: "proc")
                }
                let output = try bundle.output("for proc in /proc /x/proc; do test -e $proc/self/status && echo there; done; cat /proc/self/mountinfo")
                #expect(output.hasPrefix("there\nthere\n"), "\(output)")
                for path in ["/proc", "/x/proc"] { #expect(MountInfo.parse(output).at(path)?.type == "proc") }
            }
        }

        /// `gid=5` is in the default spec; a user who maps one id only has no such group.
        @Test func devptsWithAnUnmappedGroupWorksWithAWarning() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.editMount("/dev/pts") { $0.append("gid=5", to: "options") } }
                let result = try bundle.sh("cat /proc/self/mountinfo")
                #expect(result.succeeded, "\(result)")
                #expect(MountInfo.parse(result.stdout).at("/dev/pts")?.type == "devpts")
                #expect(result.errors.count == 1 && result.stderr.contains("gid=5"), "\(result)")
            }
        }

        @Test func devptsWithAMappedGroupHasIt() throws {
            try withBundle(.subordinateRanges) { bundle in
                try bundle.edit { $0.editMount("/dev/pts") { $0.append("gid=5", to: "options") } }
                let result = try bundle.sh("cat /proc/self/mountinfo")
                #expect(result.succeeded && result.stderr.isEmpty, "\(result)")
                let mount = try #require(MountInfo.parse(result.stdout).at("/dev/pts"))
                // The kernel shows it as the initial namespace sees it.
                #expect(try mount.superOptions.contains("gid=\(TestHost.shared.user.subGIDs[0].first + 4)"), "\(mount)")
            }
        }

        @Test(arguments: ["uid=5", "gid=5"])
        func anUnmappedOwnerOfATmpfsIsRefused(_ option: String) throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.addMount("/scratch", type: "tmpfs", source: "tmpfs", options: [option]) }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(option), "\(result)")
            }
        }

        @Test func aMappedOwnerOfATmpfsIsSet() throws {
            try withBundle(.subordinateRanges) { bundle in
                try bundle.edit { $0.addMount("/scratch", type: "tmpfs", source: "tmpfs", options: ["uid=5", "gid=6"]) }
                #expect(try bundle.output("stat -c %u:%g /scratch") == "5:6")
            }
        }

        @Test func idMappedMountsAreRefusedToAUser() throws {
            try withBundle(.subordinateRanges) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.append(
                        [
                            "destination": "/mapped", "type": "bind", "source": .string(source), "options": ["bind"],
                            "uidMappings": [["containerID": 0, "hostID": 1, "size": 1]], "gidMappings": [["containerID": 0, "hostID": 1, "size": 1]],
                        ], to: "mounts")
                }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("/mapped") || result.stderr.contains("uidMappings"), "\(result)")
            }
        }

        /// As Podman's `--userns` does it: the host's root keeps volumes where the container's root cannot look.
        @Test func aSourceBehindAPrivateDirectoryComesInAsADescriptor() throws {
            try withBundle(.root) { bundle in
                let hidden = "\(bundle.directory)/hidden"
                try bundle.makeDirectory(hidden, mode: 0o700)
                let source = "\(hidden)/source"
                try bundle.makeDirectory(source)
                try bundle.write("content\n", to: "\(source)/file")
                try PlainCommand.run(["chown", "-R", "--no-dereference", "2000000000:2000000000", bundle.rootfs])
                try bundle.edit {
                    $0.setNamespace("user")
                    for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 2_000_000_000, size: 65536) }
                    $0.addBind(source, to: "/source", ["bind", "ro"])
                    $0.addBind("\(source)/file", to: "/one-file", ["rbind", "ro"])
                }
                #expect(try bundle.output("cat /source/file /one-file; touch /source/x 2>/dev/null || echo refused") == "content\ncontent\nrefused")
            }
        }

        /// A user's sysfs needs a network namespace of one's own.
        @Test func sysfsWithoutANetworkNamespaceFallsBackOrIsExplained() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit {
                    $0.removeNamespace("network")
                    $0.editMount("/sys") { $0 = ["destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]] }
                }
                let result = try bundle.sh("cat /proc/self/mountinfo")
                if result.succeeded {
                    let sys = try #require(MountInfo.parse(result.stdout).at("/sys"))
                    #expect(sys.type == "sysfs" && sys.options.contains("ro"))
                } else {
                    #expect(result.errors.count == 1 && result.stderr.contains("network namespace") && result.stderr.contains("hint"), "\(result)")
                }
            }
        }

        /// A masked /proc outside keeps a user namespace from mounting a new one.
        @Test func procBehindAMaskFallsBackOrNamesTheMask() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setShell("cat /proc/self/mountinfo") }
                let result = try bundle.runtimeCommand(["run", bundle.id]).inPrivateMounts("mount -t tmpfs -o ro tmpfs /proc/irq").run()
                if result.succeeded {
                    #expect(MountInfo.parse(result.stdout).at("/proc")?.type == "proc")
                } else {
                    #expect(result.errors.count == 1 && result.stderr.contains("/proc/irq") && result.stderr.contains("hint"), "\(result)")
                }
            }
        }
    }
}
