import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// `tmpcopyup`: a tmpfs that begins with what the image has there.
    @Suite struct CopyUpTests {
        @Test(arguments: Identity.allCases)
        func hasWhatTheImageHas(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let image = "\(bundle.rootfs)/image"
                try bundle.makeDirectory(image)
                try bundle.makeDirectory("\(image)/directory", mode: 0o750)
                try bundle.write("text\n", to: "\(image)/directory/file", mode: 0o640)
                try FileManager.default.createSymbolicLink(atPath: "\(image)/link", withDestinationPath: "directory/file")
                try #require(lchown("\(image)/link", identity.hostUID, identity.hostGID) == 0)
                for path in ["\(image)/directory", "\(image)/directory/file"] { #expect(ch_set_attribute(path, "user.mark", "value", 5) == 0) }
                try bundle.edit { $0.addMount("/image", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "nodev"]) }
                try bundle.runDetached()
                #expect(try bundle.execOutput("cat /image/link; stat -c '%a %u' /image/directory /image/directory/file; echo more >> /image/directory/file") == "text\n750 0\n640 0")
                #expect(try bundle.read("\(image)/directory/file") == "text\n", "the image stays as it was")

                let inside = "/proc/\(try bundle.initPID())/root/image"
                for path in ["\(inside)/directory", "\(inside)/directory/file"] {
                    var value = [CChar](repeating: 0, count: 16)
                    #expect(ch_get_attribute(path, "user.mark", &value, 16) == 5, "\(path)")
                    #expect(value.prefix(5).map(UInt8.init(bitPattern:)) == Array("value".utf8))
                }
            }
        }

        /// A rootless container with an image that others own a part of, as one that was unpacked by root.
        @Test func anOwnerWhoIsNotMappedGivesWayToOurs() throws {
            try withBundle(.oneID) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/image")
                try bundle.write("text\n", to: "\(bundle.rootfs)/image/foreign", mode: 0o644)
                try #require(chown("\(bundle.rootfs)/image/foreign", 4_000_000, bundle.identity.hostGID) == 0)
                try bundle.edit { $0.addMount("/image", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]) }
                #expect(try bundle.output("cat /image/foreign; stat -c '%u %g' /image/foreign") == "text\n0 0")
            }
        }

        /// Two descriptors for each level are more than there may be; the one that the find(1) inside takes is not.
        @Test(arguments: [Identity.root, .oneID])
        func aDeepTreeIsCopiedWithFewDescriptors(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/image")
                var path = "\(bundle.rootfs)/image"
                for _ in 0..<400 {
                    path += "/d"
                    try bundle.makeDirectory(path)
                    try bundle.write("", to: path + "/file")
                }
                try bundle.edit {
                    $0["process.rlimits"] = []
                    $0.addMount("/image", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"])
                    $0.setShell("find /image -type f | wc -l")
                }
                let result = try bundle.runtimeCommand(["run", bundle.id], through: ["sh", "-c", "ulimit -n 512; exec \"$@\"", "sh"]).run()
                #expect(result.succeeded && result.stdout == "400\n", "\(result)")
            }
        }

        /// The bytes of a name and of a link's text, which need not be UTF-8.
        @Test(arguments: [Identity.root, .oneID])
        func namesAreBytes(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/image")
                try PlainCommand.run(["sh", "-c", "cd \(bundle.rootfs)/image && printf 'text' > $(printf 'caf\\351') && ln -s $(printf 'caf\\351') link && chown -h \(identity.hostUID):\(identity.hostGID) *"])
                try bundle.edit { $0.addMount("/image", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"]) }
                #expect(try bundle.output("cat /image/link; echo; cat /image/$(printf 'caf\\351')") == "text\ntext")
            }
        }

        /// As Podman has it for `--tmpfs`: an explicit mode wins, else a directory gives its own, and one that the image lacks is everybody's.
        @Test(arguments: Identity.allCases)
        func hasTheModeOfATmpfs(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                for path in ["/image", "/covered"] { try bundle.makeDirectory(bundle.rootfs + path, mode: 0o750) }
                try bundle.write("text\n", to: "\(bundle.rootfs)/image/file")
                let options = ["rw", "rprivate", "nosuid", "nodev", "tmpcopyup"]
                try bundle.edit {
                    for path in ["/image", "/none"] { $0.addMount(path, type: "tmpfs", source: "tmpfs", options: options + ["mode=1770"]) }
                    for path in ["/covered", "/scratch"] { $0.addMount(path, type: "tmpfs", source: "tmpfs", options: options) }
                }
                #expect(try bundle.output("cat /image/file; stat -c %a /image /none /covered /scratch") == "text\n1770\n1770\n750\n1777")
            }
        }

        @Test func isReadOnlyOnceItIsFilled() throws {
            try withBundle(.root) { bundle in
                try bundle.makeDirectory("\(bundle.rootfs)/image")
                try bundle.write("text\n", to: "\(bundle.rootfs)/image/file")
                try bundle.edit { $0.addMount("/image", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup", "ro"]) }
                #expect(try bundle.output("cat /image/file; touch /image/new 2>/dev/null || echo read-only") == "text\nread-only")
            }
        }
    }
}
