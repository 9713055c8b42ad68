import Foundation
import Testing

extension IntegrationTests {
    /// What the specification says of every configuration; Tests/specification.md has each of its sentences.
    @Suite struct SpecificationTests {
        private func features(_ bundle: Bundle) throws -> JSONValue {
            let result = try bundle.runc("features")
            try #require(result.succeeded, "\(result)")
            return try JSONValue(parsing: result.stdout)
        }

        /// Each option on a tmpfs of its own; those that concern binds and mounts that are there have their own tests.
        @Test(arguments: [Identity.root, .oneID])
        func everyMountOptionIsRecognized(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let elsewhere: Set = ["bind", "rbind", "remount", "idmap", "ridmap"]
                let options = (try features(bundle)["mountOptions"]?.array ?? []).compactMap(\.string)
                try #require(Set(options).isSuperset(of: elsewhere) && options.count > 60)
                let plain = options.filter { !elsewhere.contains($0) }
                try bundle.edit {
                    for option in plain { $0.addMount("/options/\(option)", type: "tmpfs", source: "tmpfs", options: [option]) }
                }
                let mounts = try bundle.mounts()
                for option in plain {
                    let mount = try #require(mounts.at("/options/\(option)"), "\(option)")
                    #expect(mount.type == "tmpfs", "\(option)")
                    // Whatever it says, and nothing else: a new mount of a new file system has but relatime.
                    let attribute = Self.shown[option] ?? (option.hasPrefix("r") ? Self.shown[String(option.dropFirst())] : nil) ?? ["rw", "relatime"]
                    #expect(mount.options == attribute, "\(option)")
                    #expect(mount.superOptions.intersection(["sync", "dirsync", "lazytime"]) == (["sync", "dirsync", "lazytime"].contains(option) ? [option] : []), "\(option)")
                    let propagation = ["shared", "rshared"].contains(option) ? "shared:" : ["unbindable", "runbindable"].contains(option) ? "unbindable" : nil
                    #expect(mount.propagation.contains { $0.hasPrefix(propagation ?? "?") } == (propagation != nil), "\(option)")
                }
            }
        }

        /// What mountinfo says of a mount with an option that changes it; `r` before it does the same.
        private static let shown: [String: Set<String>] = [
            "ro": ["ro", "relatime"], "nosuid": ["rw", "nosuid", "relatime"], "nodev": ["rw", "nodev", "relatime"], "noexec": ["rw", "noexec", "relatime"],
            "nodiratime": ["rw", "nodiratime", "relatime"], "nosymfollow": ["rw", "relatime", "nosymfollow"], "noatime": ["rw", "noatime"],
            "strictatime": ["rw"], "norelatime": ["rw"],
        ]

        #if arch(x86_64)
            private static let mountCall: Int32 = 165
        #else
            private static let mountCall: Int32 = 40
        #endif

        /// `iversion` shows nowhere, and is not for fsconfig(2): with mount(2) refused it is told, and its opposite is not.
        @Test(arguments: [Identity.root, .oneID])
        func theVersionOfInodesIsAskedOfTheKernel(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.addMount("/counted", type: "tmpfs", source: "tmpfs", options: ["iversion", "noatime", "size=64k", "sync"]) }
                let mount = try #require(MountInfo.parse(try bundle.output("cat /proc/self/mountinfo; ls /counted")).at("/counted"))
                #expect(mount.type == "tmpfs" && mount.options == ["rw", "noatime"] && mount.superOptions.isSuperset(of: ["size=64k", "sync"]), "\(mount)")
                var command = try bundle.runtimeCommand(["run", bundle.id])
                command.refused = ([Self.mountCall], EPERM)
                let refused = try command.run()
                #expect(refused.status == 1 && refused.stderr.contains("mount tmpfs: operation not permitted"), "\(refused)")
                try bundle.edit { $0.editMount("/counted") { $0["options"] = ["noiversion"] } }
                command = try bundle.runtimeCommand(["run", bundle.id])
                command.refused = ([Self.mountCall], EPERM)
                let plain = try command.run()
                #expect(plain.succeeded, "\(plain)")
            }
        }

        /// What is said for `bind` is said for all below it with `r` before it.
        @Test(arguments: [Identity.root, .oneID])
        func recursiveOptionsReachWhatIsBelow(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(source)/below")
                try bundle.edit {
                    $0.addBind(source, to: "/plain", ["rbind", "ro", "noexec"])
                    $0.addBind(source, to: "/recursive", ["rbind", "rro", "rnosymfollow"])
                    $0.setShell("cat /proc/self/mountinfo")
                }
                let result = try bundle.runtimeCommand(["run", bundle.id]).inPrivateMounts("mount -t tmpfs tmpfs \(source)/below").run()
                #expect(result.succeeded, "\(result)")
                let mounts = MountInfo.parse(result.stdout)
                #expect(mounts.at("/plain")?.options.isSuperset(of: ["ro", "noexec"]) == true)
                #expect(mounts.at("/plain/below")?.options.isDisjoint(with: ["ro", "noexec"]) == true)
                for path in ["/recursive", "/recursive/below"] { #expect(mounts.at(path)?.options.isSuperset(of: ["ro", "nosymfollow"]) == true, "\(path)") }
            }
        }

        @Test(arguments: Identity.allCases)
        func theOrderOfTheMountsIsKept(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addMount("/twice", type: "tmpfs", source: "tmpfs")
                    $0.addBind(source, to: "/twice/inside", ["bind"])
                    $0.addMount("/again", type: "tmpfs", source: "tmpfs")
                    $0.addBind(source, to: "again", ["bind"])
                }
                #expect(try bundle.output("cat /twice/inside/file /again/file") == "content\ncontent")
            }
        }

        @Test(arguments: Identity.allCases)
        func anOverlayIsMounted(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                for name in ["lower", "upper"] {
                    try bundle.makeDirectory("\(bundle.directory)/\(name)")
                    try bundle.write("\(name)\n", to: "\(bundle.directory)/\(name)/\(name)")
                }
                try bundle.edit {
                    $0.addMount("/merged", type: "overlay", source: "overlay", options: ["lowerdir=\(bundle.directory)/upper:\(bundle.directory)/lower"])
                }
                #expect(try bundle.output("cat /merged/lower /merged/upper") == "lower\nupper")
            }
        }

        /// fsconfig(2) takes no text of more than 255 bytes, and an image has more layers than that.
        @Test(arguments: Identity.allCases)
        func anOverlayOfManyLayersIsMounted(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let layers = (1...30).map { "\(bundle.directory)/layer\($0)" }
                for (index, layer) in layers.enumerated() {
                    try bundle.makeDirectory(layer)
                    try bundle.write("\(index)\n", to: "\(layer)/which")
                    try bundle.write("\(index)\n", to: "\(layer)/of\(index)")
                }
                let lower = "lowerdir=\(layers.joined(separator: ":"))"
                try #require((256..<4096).contains(lower.utf8.count))
                try bundle.edit { $0.addMount("/merged", type: "overlay", source: "overlay", options: [lower, "nosuid", "ro", "noatime"]) }
                let output = try bundle.output("cat /merged/which /merged/of29; ls /merged | wc -l; touch /merged/new 2>&1; cat /proc/self/mountinfo")
                #expect(output.hasPrefix("0\n29\n31\ntouch: /merged/new: Read-only file system\n"), "\(output)")
                let mounts = MountInfo.parse(output).filter { $0.mountPoint == "/merged" }
                #expect(mounts.count == 1 && mounts[0].type == "overlay" && mounts[0].options == ["ro", "nosuid", "noatime"], "\(mounts)")
                // More than the kernel would read is not cut off.
                try bundle.edit { $0.editMount("/merged") { $0["options"] = [.string("\(lower):\(String(repeating: "/x", count: 2000))")] } }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("argument list too long"), "\(result)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func whatIsUnknownOrForOthersIsIgnored(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    for platform in ["windows", "solaris", "vm", "zos", "freebsd"] { $0[platform] = ["someField": [1, "two", ["three": nil]]] }
                    $0["com_example_field"] = "x"
                    $0["process.commandLine"] = "cmd.exe"
                    $0["linux.newerField"] = ["a": 1]
                    $0["root.newerField"] = true
                    $0["annotations"] = ["com.example": "", "org.opencontainers.image.os": "linux"]
                    $0.setShell("echo ran")
                }
                let result = try bundle.run()
                #expect(result.text == "ran" && result.stderr.isEmpty, "\(result)")
            }
        }

        @Test func theVersionsThatFeaturesNamesAreAccepted() throws {
            try withBundle(.oneID) { bundle in
                let features = try features(bundle)
                for key in ["ociVersionMin", "ociVersionMax"] {
                    try bundle.edit { $0["ociVersion"] = features[key] }
                    #expect(try bundle.output("echo ran") == "ran")
                }
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func laterChangesOfTheConfigurationHaveNoEffect(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setShell("echo first > /tmp/which"); $0["annotations"] = ["which": "first"] }
                try bundle.create()
                try bundle.edit { $0.setShell("echo second > /tmp/which"); $0["annotations"] = ["which": "second"] }
                try bundle.start()
                #expect(try bundle.waitForStatus("stopped"))
                #expect(try bundle.read("\(bundle.rootfs)/tmp/which") == "first\n")
                #expect(try bundle.state()["annotations.which"]?.string == "first")
            }
        }

        @Test(arguments: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"])
        func hooksOfAKindRunInTheirOrder(_ kind: String) throws {
            try withBundle(.root) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.write("", to: "\(out)/log", mode: 0o666)
                let log = kind == "startContainer" ? "/out/log" : "\(out)/log"
                try bundle.edit {
                    for number in ["1", "2", "3"] {
                        $0.append(["path": "/bin/sh", "args": ["sh", "-c", .string("echo \(number) >> \(log)")]], to: "hooks.\(kind)")
                    }
                }
                let result = try bundle.sh("true")
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.read("\(out)/log") == "1\n2\n3\n")
                #expect(try features(bundle)["hooks"]?.array?.contains(.string(kind)) == true)
            }
        }

        /// One that fails keeps the others of its kind from nothing, after the end.
        @Test func theHooksAfterTheEndAllRun() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["hooks.poststop"] = [["path": "/bin/false"], ["path": "/bin/sh", "args": ["sh", "-c", .string("echo ran > \(bundle.directory)/ran")]]]
                }
                let result = try bundle.sh("true")
                #expect(result.succeeded && result.stderr.contains("hooks.poststop"), "\(result)")
                #expect(try bundle.read("\(bundle.directory)/ran") == "ran\n")
            }
        }

        @Test(arguments: [["height": 10, "width": 20], ["height": 100_000, "width": -1], "wide"] as [JSONValue])
        func theSizeOfNoTerminalIsIgnored(_ size: JSONValue) throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0["process.consoleSize"] = size }
                #expect(try bundle.output("echo ran") == "ran")
            }
        }

        /// This host has neither AppArmor nor SELinux enabled, or the profile and the label are none of its own.
        @Test(arguments: [Identity.root, .oneID], ["process.apparmorProfile", "process.selinuxLabel", "linux.mountLabel"])
        func labelsThatCannotBeAreNamed(_ identity: Identity, _ field: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0[field] = "no-such-label" }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1, "\(result)")
                let name = try #require(field.split(separator: ".").last)
                #expect(result.stderr.contains(name) || result.stderr.contains("context"), "\(result)")
            }
        }
    }
}
