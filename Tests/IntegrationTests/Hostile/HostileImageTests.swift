import Foundation
import Testing

extension IntegrationTests {
    /// Images and configurations that an attacker wrote: what the runtime opens, makes, mounts and executes of them stays inside.
    @Suite struct HostileImageTests {
        // MARK: /dev

        private static let devLinks = ["absolute", "relative"]

        /// /dev leads out: the links and devices of the runtime are made inside, or the container is refused.
        @Test(arguments: Identity.allCases, devLinks)
        func aLinkedDevIsFollowedInside(_ identity: Identity, _ kind: String) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                try bundle.replaceInRoot("dev", byLinkTo: kind == "absolute" ? canary.path : canary.fromBelow)
                _ = try bundle.sh("true")
                try canary.expectUntouched()
                try bundle.useDevicesOfRoot()
                _ = try bundle.sh("true")
                try canary.expectUntouched()
            }
        }

        /// With the image's own /dev: what stands for a device leads out.
        @Test(arguments: Identity.allCases, ["null", "console", "ptmx", "tty", "pts"])
        func aLinkedDeviceIsNotFollowedOut(_ identity: Identity, _ name: String) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                try bundle.replaceInRoot("dev/\(name)", byLinkTo: "\(canary.fromBelow)/\(name == "pts" ? "dir" : name)")
                try bundle.useDevicesOfRoot()
                let result = try bundle.sh("echo out > /dev/\(name); true")
                try canary.expectUntouched()
                if name == "null" { #expect(result.status == 1 && result.stderr.contains("/dev/null"), "\(result)") }
            }
        }

        /// A link of the image leads a bind mount to /dev: what the host has there is not replaced by a link.
        @Test(arguments: Identity.allCases, ["dev", "../dev", "/dev"])
        func aVolumeThatIsLedToDevKeepsItsFiles(_ identity: Identity, _ target: String) throws {
            try withBundle(identity) { bundle in
                let volume = try bundle.makeSource()
                for name in ["ptmx", "fd", "stdin"] { try bundle.write("the host's\n", to: "\(volume)/\(name)") }
                try bundle.replaceInRoot("data", byLinkTo: target)
                try bundle.useDevicesOfRoot()
                try bundle.edit { $0.addBind(volume, to: "/data") }
                _ = try bundle.sh("true")
                for name in ["ptmx", "fd", "stdin"] { #expect(try bundle.read("\(volume)/\(name)") == "the host's\n", "\(name)") }
            }
        }

        enum NotNull: String, CaseIterable { case link, file, directory, otherDevice, missing }

        /// What hides masked paths is /dev/null itself, never what an image calls so.
        @Test(arguments: NotNull.allCases)
        func masksOnlyWithTheNullDevice(_ kind: NotNull) throws {
            try withBundle(.root) { bundle in
                let canary = try Canary(bundle)
                // A bind mount of /dev is left as it is: no device is made in it.
                let dev = "\(bundle.directory)/dev"
                try bundle.makeDirectory(dev)
                switch kind {
                case .link: #expect(symlink("/proc/sys/kernel/core_pattern", "\(dev)/null") == 0)
                case .file: try bundle.write("shown\n", to: "\(dev)/null")
                case .directory: try bundle.makeDirectory("\(dev)/null")
                case .otherDevice: try PlainCommand.run(["mknod", "\(dev)/null", "c", "1", "5"])
                case .missing: break
                }
                try bundle.useDevicesOfRoot()
                try bundle.edit {
                    $0.addBind(dev, to: "/dev", ["rbind", "rw"])
                    $0["linux.maskedPaths"] = ["/etc/passwd"]
                    $0["linux.readonlyPaths"] = []
                }
                let result = try bundle.sh("cat /etc/passwd; echo ran")
                #expect(result.status == 1 && result.stdout.isEmpty && result.stderr.contains("/etc/passwd"), "\(result)")
                try canary.expectUntouched()
            }
        }

        // MARK: the console

        /// A terminal is wanted, and the image has links where the runtime looks for one.
        @Test(arguments: [Identity.root, .oneID], ["console", "ptmx", "pts"])
        func theConsoleIsNoLinkOfTheImage(_ identity: Identity, _ name: String) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                try bundle.replaceInRoot("dev/\(name)", byLinkTo: name == "pts" ? "\(canary.fromBelow)/dir" : "\(canary.fromBelow)/\(name)")
                try bundle.edit { config in
                    for destination in ["/dev", "/dev/shm", "/dev/mqueue"] { config.removeMount(destination) }
                    config["process.terminal"] = true
                    config.setShell("echo written to the console > /dev/console")
                }
                let socket = try DescriptorSocket(bundle, "console.sock")
                _ = try bundle.runtimeCommand(["run", "--detach", "--console-socket", socket.path, bundle.id]).run()
                try canary.expectUntouched()
            }
        }

        /// The console is mounted before /proc is hidden: over a file of /proc it would be a way to write that file, or to
        /// hide it from the runtime.
        @Test(arguments: ["/proc/sys/kernel/core_pattern", "/proc/self/attr/current", "/proc/sysrq-trigger"])
        func theConsoleIsNotMountedInProc(_ target: String) throws {
            let before = try String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)
            try withBundle(.root) { bundle in
                try bundle.replaceInRoot("dev/console", byLinkTo: target)
                try bundle.edit { config in
                    for destination in ["/dev", "/dev/shm", "/dev/mqueue"] { config.removeMount(destination) }
                    config["process.terminal"] = true
                    config.setShell("echo written to the console > /dev/console")
                }
                let socket = try DescriptorSocket(bundle, "console.sock")
                let result = try bundle.runtimeCommand(["run", "--detach", "--console-socket", socket.path, bundle.id]).run()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
            }
            #expect(try String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8) == before)
        }

        // MARK: /proc

        /// A volume that an image's link leads to /proc, or into it: the runtime would believe what it finds there.
        @Test(arguments: Identity.allCases, ["/proc", "/proc/self", "/proc/self/attr", "/proc/sys/kernel"])
        func nothingIsMountedInProcByALink(_ identity: Identity, _ target: String) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.replaceInRoot("data", byLinkTo: target)
                try bundle.edit { $0.addBind(source, to: "/data") }
                let bound = try bundle.sh("true")
                #expect(bound.status == 1 && bound.errors.count == 1 && bound.stderr.contains("/data"), "\(bound)")
                try bundle.edit {
                    $0.removeMount("/data")
                    $0.addMount("/data", type: "tmpfs", source: "tmpfs")
                }
                let mounted = try bundle.sh("true")
                #expect(mounted.status == 1 && mounted.errors.count == 1 && mounted.stderr.contains("/data"), "\(mounted)")
            }
        }

        // MARK: directories and files that are made

        /// Mount targets that are missing are made inside, wherever the links on the way lead.
        @Test(arguments: Identity.allCases, [false, true])
        func targetsAreNotMadeOutside(_ identity: Identity, _ file: Bool) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                let source = try bundle.makeSource()
                let links = ["out": canary.path, "up": canary.fromBelow, "parent": "..", "deep": "\(canary.path)/dir/../../outside", "dangling": "\(canary.path)/new"]
                for (name, target) in links { try bundle.replaceInRoot(name, byLinkTo: target) }
                for destination in ["/out/new", "/up/new/er", "/parent/../\(canary.path)/new", "/deep/new", "/dangling", "/dangling/new", "/../../\(canary.fromBelow)/new"] {
                    try bundle.edit {
                        $0.removeMount(destination)
                        $0.addBind(file ? "\(source)/file" : source, to: destination)
                    }
                    _ = try bundle.sh("true")
                    try bundle.edit { $0.removeMount(destination) }
                    try canary.expectUntouched()
                }
            }
        }

        // MARK: descriptors that leaked

        /// A descriptor of a directory of the host that somebody forgot to close is no way out: neither as the working
        /// directory, nor on the way to the program, which would be the host's own (and could be written as /proc/PID/exe).
        @Test(arguments: [Identity.root, .oneID, .rootInUserNamespace])
        func aLeakedDescriptorIsNoWayOut(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                try bundle.write("#!/bin/sh\necho escaped\n", to: "\(canary.path)/dir/program", mode: 0o755)
                let leaked = open(canary.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                defer { close(leaked) }
                for descriptor in 3...12 {
                    for cwd in ["/proc/self/fd/\(descriptor)", "/proc/self/fd/\(descriptor)/dir", "/proc/1/fd/\(descriptor)/.."] {
                        try bundle.edit {
                            $0["process.cwd"] = .string(cwd)
                            $0.setArguments(["/bin/sh", "-c", "cat secret ../secret; echo in $(pwd)"])
                        }
                        let result = try run(bundle, handing: leaked)
                        #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(cwd): \(result)")
                    }
                    for program in ["/proc/self/fd/\(descriptor)/dir/program", "/proc/self/fd/\(descriptor)/../../../../../bin/true"] {
                        try bundle.edit {
                            $0["process.cwd"] = "/"
                            $0.setArguments([program])
                        }
                        let result = try run(bundle, handing: leaked)
                        #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(program): \(result)")
                    }
                }
            }
        }

        /// The same for `exec`, whose descriptors are others.
        @Test(arguments: [Identity.root, .oneID])
        func aLeakedDescriptorOfExecIsNoWayOut(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let canary = try Canary(bundle)
                try bundle.runDetached()
                let leaked = open(canary.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                defer { close(leaked) }
                for descriptor in 3...12 {
                    for arguments in [
                        ["--cwd", "/proc/self/fd/\(descriptor)", bundle.id, "cat", "secret"],
                        [bundle.id, "/proc/self/fd/\(descriptor)/../../../../../bin/true"],
                    ] {
                        var command = try bundle.runtimeCommand(["exec"] + arguments)
                        command.descriptors = [leaked]
                        let result = try command.run()
                        #expect(result.status == 255 && result.stdout.isEmpty && result.errors.count == 1, "\(result)")
                    }
                }
            }
        }

        private func run(_ bundle: Bundle, handing descriptor: Int32) throws -> CommandResult {
            var command = try bundle.runtimeCommand(["run", bundle.id])
            command.descriptors = [descriptor]
            return try command.run()
        }
    }
}
