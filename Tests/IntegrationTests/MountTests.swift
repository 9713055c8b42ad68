import Foundation
import Testing

extension IntegrationTests {
    /// What is mounted where inside, with which flags.
    @Suite struct MountTests {
        @Test(arguments: Identity.allCases)
        func theDefaultSpecMountsWhatItSays(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let mounts = try bundle.mounts()
                #expect(mounts.at("/proc")?.type == "proc")
                #expect(mounts.at("/dev")?.type == "tmpfs")
                #expect(mounts.at("/dev")?.options.contains("nosuid") == true)
                #expect(mounts.at("/dev/pts")?.type == "devpts")
                #expect(mounts.at("/dev/pts")?.options.isSuperset(of: ["nosuid", "noexec"]) == true)
                #expect(mounts.at("/dev/shm")?.type == "tmpfs")
                #expect(mounts.at("/dev/shm")?.options.isSuperset(of: ["nosuid", "noexec", "nodev"]) == true)
                #expect(mounts.at("/dev/mqueue")?.type == "mqueue")
                let sys = try #require(mounts.at("/sys"))
                #expect(sys.type == "sysfs")
                #expect(sys.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]))
                #expect(mounts.at("/proc/sys")?.options.contains("ro") == true)
                #expect(mounts.contains { $0.mountPoint == "/" })
                #expect(!mounts.contains { $0.mountPoint.hasPrefix("/tmp/") }, "nothing of the host's tree is left")
            }
        }

        @Test(arguments: Identity.allCases)
        func bindFlagsHaveTheirEffect(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addBind(source, to: "/writable")
                    $0.addBind(source, to: "/readonly", ["bind", "ro", "nosuid", "nodev", "noexec"])
                }
                let output = try bundle.output(
                    "cat /readonly/file; touch /readonly/new 2>&1; touch /writable/new && ls /readonly; cp /bin/busybox /writable/true; "
                        + "/writable/true && echo ran; /readonly/true 2>&1 || echo refused; cat /proc/self/mountinfo")
                #expect(output.contains("content"))
                #expect(output.contains("Read-only file system"))
                #expect(output.contains("\nnew\n") || output.contains("file\nnew"))
                #expect(output.contains("ran\n"))
                #expect(output.contains("refused"))
                #expect(MountInfo.parse(output).at("/readonly")?.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]) == true)
                #expect(MountInfo.parse(output).at("/writable")?.options.contains("rw") == true)
            }
        }

        @Test func bindLeavesOutWhatIsMountedBelowAndRbindTakesItAlong() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(source)/below")
                try PlainCommand.run(["mount", "-t", "tmpfs", "tmpfs", "\(source)/below"])
                defer { umount2("\(source)/below", Int32(MNT_DETACH)) }
                try bundle.write("deep\n", to: "\(source)/below/deep")
                try bundle.edit {
                    $0.addBind(source, to: "/plain", ["bind"])
                    $0.addBind(source, to: "/recursive", ["rbind", "ro"])
                    $0.addBind(source, to: "/all-readonly", ["rbind", "rro"])
                }
                let output = try bundle.output(
                    "ls /plain/below; cat /recursive/below/deep; touch /recursive/below/x && echo only the top is read-only; touch /all-readonly/below/y 2>&1; true")
                #expect(output.hasPrefix("deep\nonly the top is read-only\n"), "\(output)")
                #expect(output.contains("Read-only file system"))
            }
        }

        @Test(arguments: Identity.allCases)
        func remountChangesTheFlagsOfWhatIsThere(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addBind(source, to: "/again")
                    $0.addMount("/again", type: "bind", source: source, options: ["bind", "remount", "ro", "nosuid", "nodev"])
                }
                let all = try bundle.mounts()
                #expect(all.at("/again")?.options.isSuperset(of: ["ro", "nosuid", "nodev"]) == true)
                #expect(all.filter { $0.mountPoint == "/again" }.count == 1)
            }
        }

        @Test(arguments: Identity.allCases)
        func tmpfsHasItsOptions(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0.addMount("/scratch", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec", "size=64k", "mode=1711", "nr_inodes=10"])
                }
                let output = try bundle.output(
                    "stat -c %a /scratch; dd if=/dev/zero of=/scratch/big bs=1k count=128 2>&1 | grep -c 'No space'; stat -c %s /scratch/big; cat /proc/self/mountinfo")
                #expect(output.hasPrefix("1711\n1\n65536\n"), "\(output)")
                let mount = try #require(MountInfo.parse(output).at("/scratch"))
                #expect(mount.options.isSuperset(of: ["nosuid", "noexec"]))
                #expect(mount.superOptions.contains("nr_inodes=10"))
            }
        }

        /// One that is given no mode has that of the directory it covers; where there was none it is everybody's, as the kernel has it.
        @Test(arguments: [Identity.root, .oneID])
        func tmpfsHasTheModeOfWhatItCovers(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/private", mode: 0o700)
                try bundle.edit {
                    for path in ["/private", "/none"] { $0.addMount(path, type: "tmpfs", source: "tmpfs") }
                    $0.addMount("/private/given", type: "tmpfs", source: "tmpfs", options: ["mode=1711"])
                }
                #expect(try bundle.output("stat -c %a /private /none /private/given") == "700\n1777\n1711")
            }
        }

        /// What lies in it is made there first: mounts, devices, and the terminal.
        @Test(arguments: Identity.allCases)
        func aTmpfsThatHoldsOthersIsReadOnlyInTheEnd(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.editMount("/dev") { $0.append("ro", to: "options") }
                    $0.addMount("/outer", type: "tmpfs", source: "tmpfs", options: ["ro", "mode=755"])
                    $0.addBind(source, to: "/outer/bound")
                    $0.addMount("/outer/inner", type: "tmpfs", source: "tmpfs")
                }
                let output = try bundle.output(
                    """
                    for path in /dev /outer; do touch $path/new 2>/dev/null || echo read-only; done
                    cat /outer/bound/file; touch /outer/inner/new /dev/shm/new && echo > /dev/null && readlink /dev/ptmx; cat /proc/self/mountinfo
                    """)
                #expect(output.hasPrefix("read-only\nread-only\ncontent\npts/ptmx\n"), "\(output)")
                let mounts = MountInfo.parse(output)
                for path in ["/dev", "/outer"] { #expect(mounts.at(path)?.options.contains("ro") == true, "\(path)") }
                for path in ["/dev/pts", "/dev/shm", "/dev/mqueue"] { #expect(mounts.at(path)?.options.contains("ro") == false, "\(path)") }
            }
        }

        /// As images have /etc/resolv.conf, on which every engine mounts its own.
        @Test(arguments: Identity.allCases, ["/run/systemd/resolve/stub-resolv.conf", "../../run/systemd/resolve/stub-resolv.conf"])
        func aTargetIsMadeWhereALinkDangles(_ identity: Identity, _ target: String) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                unlink("\(bundle.rootfs)/etc/resolv.conf")
                #expect(symlink(target, "\(bundle.rootfs)/etc/resolv.conf") == 0)
                try bundle.edit { $0.addBind("\(source)/file", to: "/etc/resolv.conf") }
                #expect(try bundle.output("cat /etc/resolv.conf /run/systemd/resolve/stub-resolv.conf") == "content\ncontent")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func dotsBehindWhatIsMissingLeadBack(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addBind(source, to: "/missing/../bound")
                    $0["process.cwd"] = "/gone/../bound"
                }
                #expect(try bundle.output("pwd; cat file /bound/file") == "/bound\ncontent\ncontent")
            }
        }

        @Test func aFileAndADirectoryAreNotMountedOnEachOther() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit { $0.addBind("\(source)/file", to: "/etc") }
                let file = try bundle.sh("echo never")
                #expect(file.status == 1 && file.stderr.contains("/etc (the source is not a directory): is a directory"), "\(file)")
                try bundle.edit {
                    $0.removeMount("/etc")
                    $0.addBind(source, to: "/bin/busybox")
                }
                let directory = try bundle.sh("echo never")
                #expect(directory.status == 1 && directory.stderr.contains("/bin/busybox (the source is a directory): not a directory"), "\(directory)")
            }
        }

        /// The soft limit is the process's and the hooks', not ours; init opens the sources, or with a user namespace the runtime.
        @Test(arguments: [false, true], ["bind", "tmpfs"])
        func manyMountsNeedNoDescriptors(_ hasUserNamespace: Bool, _ type: String) throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0["process.rlimits"] = []
                    for number in 0..<300 { $0.addMount("/many/\(number)", type: type, source: "\(source)/file", options: type == "bind" ? ["bind"] : []) }
                    if hasUserNamespace {
                        $0.setNamespace("user")
                        for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 0, size: 65536) }
                    }
                    for kind in ["createRuntime", "createContainer"] {
                        $0["hooks.\(kind)"] = [["path": "/bin/sh", "args": ["sh", "-c", .string("ulimit -Sn >> \(bundle.directory)/limits")]]]
                    }
                    $0.setShell("ulimit -Sn; grep -c ' /many/' /proc/self/mountinfo")
                }
                let result = try bundle.runtimeCommand(["run", bundle.id], through: ["sh", "-c", "ulimit -Sn 256; exec \"$@\"", "sh"]).run()
                #expect(result.succeeded && result.stdout == "256\n300\n", "\(result)")
                #expect(try bundle.read("\(bundle.directory)/limits") == "256\n256\n")
            }
        }

        /// An access time that is chosen is so too where the tmpfs is first filled.
        @Test func aFilledTmpfsHasItsAccessTimes() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.addMount("/etc", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "noatime", "ro"]) }
                #expect(try bundle.mounts().at("/etc")?.options == ["ro", "noatime"])
            }
        }

        /// A device that cannot be written, and one that can, whose journal is to be left alone.
        @Test(.needs(.tool("mkfs.ext4"), .loopDevices), arguments: [true, false])
        func aReadOnlyFileSystemIsSoInFull(_ deviceIsReadOnly: Bool) throws {
            try withBundle(.root) { bundle in
                let image = "\(bundle.directory)/image"
                try PlainCommand.run(["truncate", "--size=8M", image])
                try PlainCommand.run(["mkfs.ext4", "-q", image])
                let device = try PlainCommand.run(["losetup", "--find", "--show"] + (deviceIsReadOnly ? ["--read-only"] : []) + [image])
                defer { _ = try? PlainCommand.run(["losetup", "--detach", device]) }
                let before = try Data(contentsOf: URL(fileURLWithPath: image))
                // The container itself may not open the device.
                try bundle.edit { $0.addMount("/disk", type: "ext4", source: device, options: ["ro", "nodev"]) }
                let mount = try #require(try bundle.mounts().at("/disk"))
                #expect(mount.type == "ext4" && mount.superOptions.contains("ro") && mount.options.isSuperset(of: ["ro", "nodev"]), "\(mount)")
                try PlainCommand.run(["sync", image])
                #expect(try Data(contentsOf: URL(fileURLWithPath: image)) == before, "not a byte was written")
                for (options, reason) in [(["nosuchoption"], "nosuchoption"), (["rw"], deviceIsReadOnly ? "\(device)" : nil)] {
                    try bundle.edit { $0.editMount("/disk") { $0["options"] = JSONValue(options) } }
                    let result = try bundle.sh("touch /disk/new && test ! -b \(device)")
                    guard let reason else { #expect(result.succeeded, "\(result)"); continue }
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("mounting mounts[") && result.stderr.contains(reason), "\(result)")
                }
            }
        }

        @Test(arguments: Identity.allCases)
        func missingTargetsAreMade(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addBind(source, to: "/made/for/a/directory")
                    $0.addBind("\(source)/file", to: "/made/for/a-file", ["bind", "ro"])
                    $0.addMount("/made/scratch", type: "tmpfs", source: "tmpfs")
                }
                let output = try bundle.output("cat /made/for/a/directory/file /made/for/a-file; stat -c %F /made/for/a-file /made/scratch")
                #expect(output == "content\ncontent\nregular file\ndirectory")
            }
        }

        /// A relative source is relative to the bundle.
        @Test func aRelativeSourceIsInTheBundle() throws {
            try withBundle(.oneID) { bundle in
                _ = try bundle.makeSource()
                try bundle.edit { $0.addBind("source", to: "/relative") }
                #expect(try bundle.output("cat /relative/file") == "content")
            }
        }

        /// A root file system may contain anything, also links that point out of it.
        @Test(arguments: Identity.allCases, ["/etc", "../../../../../../etc", "/nonexistent/../etc"])
        func symlinksInTheRootStayInside(_ identity: Identity, _ link: String) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(bundle.rootfs)/nonexistent")
                #expect(symlink(link, "\(bundle.rootfs)/link") == 0)
                let name = "it-\(getpid())-target"
                try bundle.edit {
                    $0.addBind(source, to: "/link/\(name)")
                    $0.addBind("\(source)/file", to: "/link/\(name).file", ["bind"])
                }
                #expect(try bundle.output("cat /etc/\(name)/file /etc/\(name).file") == "content\ncontent")
                #expect(!FileManager.default.fileExists(atPath: "/etc/\(name)"))
                #expect(!FileManager.default.fileExists(atPath: "/etc/\(name).file"))
            }
        }

        @Test(arguments: Identity.allCases, ["proc", "sys"])
        func procAndSysAreNotMountedOnSymlinks(_ identity: Identity, _ name: String) throws {
            // A user's /sys is a bind mount, whose target is looked up inside as any other's.
            if name == "sys", identity.isUnprivileged { return }
            try withBundle(identity) { bundle in
                #expect(rmdir("\(bundle.rootfs)/\(name)") == 0)
                #expect(symlink("/tmp", "\(bundle.rootfs)/\(name)") == 0)
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("/\(name)"), "\(result)")
            }
        }

        @Test(arguments: ["/proc/sys/net", "/proc", "/proc/../proc"])
        func bindsOverProcAreRefused(_ destination: String) throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit { $0.addBind(source, to: destination) }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("/proc"), "\(result)")
            }
        }

        @Test func theCgroupMountShowsTheContainersOwnReadOnly() throws {
            try withBundle(.root) { bundle in
                let output = try bundle.output(
                    "cat /proc/self/mountinfo; echo; find /sys/fs/cgroup -name cgroup.procs | head -n 20; echo; find /sys/fs/cgroup -name cgroup.procs -exec cat {} + | sort -u; "
                        + "mkdir /sys/fs/cgroup/*/new 2>/dev/null && echo writable; mkdir /sys/fs/cgroup/new 2>/dev/null && echo writable; true")
                let mounts = MountInfo.parse(output).filter { $0.mountPoint.hasPrefix("/sys/fs/cgroup") }
                #expect(!mounts.isEmpty)
                #expect(mounts.allSatisfy { $0.options.contains("ro") || $0.type == "tmpfs" }, "\(mounts)")
                #expect(mounts.allSatisfy { $0.options.isSuperset(of: ["nosuid", "nodev", "noexec"]) }, "\(mounts)")
                #expect(!output.contains("writable"))
                let sections = output.components(separatedBy: "\n\n")
                #expect(sections.count == 3)
                let processes = Set(sections[2].split(separator: "\n").map(String.init))
                #expect(processes.contains("1"), "the container's own cgroup, in which its first process is: \(output)")
            }
        }

        @Test(arguments: Identity.allCases)
        func aMissingSourceIsNamed(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.addBind("\(bundle.directory)/not-there", to: "/target") }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("\(bundle.directory)/not-there"), "\(result)")
            }
        }

        @Test(arguments: Identity.allCases)
        func anUnknownTypeIsNamed(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.addMount("/target", type: "nosuchfs", source: "none") }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("nosuchfs") && result.stderr.contains("/target"), "\(result)")
            }
        }
    }
}
