import Foundation
import Testing

extension IntegrationTests {
    /// Which mounts of the host's come in, and which of the container's go out. Man: mount_namespaces(7).
    @Suite struct PropagationTests {
        @Test(arguments: [
            (["rbind", "rshared"], "shared:"), (["rbind", "shared"], "shared:"), (["rbind", "rprivate"], nil), (["rbind", "unbindable"], "unbindable"),
        ] as [([String], String?)])
        func propagationIsSet(_ options: [String], field: String?) throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit { $0.addBind(source, to: "/propagated", options) }
                let mount = try #require(try bundle.mounts().at("/propagated"))
                if let field {
                    #expect(mount.propagation.contains { $0.hasPrefix(field) }, "\(mount.propagation)")
                } else {
                    #expect(mount.propagation.isEmpty)
                }
            }
        }

        /// What the container mounts does not show outside, and what the host mounts later shows inside where it is a slave.
        @Test func aSlaveReceivesAndDoesNotSend() throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(source)/late")
                try PlainCommand.run(["mount", "--bind", source, source])
                defer {
                    umount2("\(source)/late", Int32(MNT_DETACH))
                    umount2(source, Int32(MNT_DETACH))
                }
                try PlainCommand.run(["mount", "--make-shared", source])
                try bundle.edit { $0.addBind(source, to: "/slave", ["rbind", "rslave"]) }
                try bundle.runDetached()
                try PlainCommand.run(["mount", "-t", "tmpfs", "late", "\(source)/late"])
                let inside = MountInfo.parse(try bundle.execOutput("cat /proc/self/mountinfo"))
                #expect(inside.at("/slave/late")?.source == "late")
                #expect(inside.at("/slave")?.propagation.contains { $0.hasPrefix("master:") } == true)
            }
        }

        @Test(arguments: ["shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"])
        func theRootHasItsPropagation(_ propagation: String) throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0["linux.rootfsPropagation"] = .string(propagation)
                    $0.addBind(source, to: "/bound")
                    $0["linux.maskedPaths"] = ["/etc", "/proc/kcore"]
                    $0["linux.readonlyPaths"] = ["/bin", "/proc/sys"]
                }
                let all = try bundle.mounts()
                let root = try #require(all.at("/")), bound = try #require(all.at("/bound"))
                #expect(root.propagation.contains { $0.hasPrefix("shared:") } == propagation.hasSuffix("shared"))
                #expect(root.propagation.contains("unbindable") == propagation.hasSuffix("unbindable"))
                #expect(bound.propagation.contains("unbindable") == (propagation == "runbindable"))
                for path in ["/etc", "/bin", "/proc/sys"] { #expect(all.at(path)?.options.contains("ro") == true, "\(path)") }
                let host = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
                #expect(!host.contains(bundle.directory))
            }
        }

        /// Where the host's mounts are shared, as systemd has them, a shared root sends it what volumes are for, and nothing of its own.
        @Test(arguments: [false, true])
        func aSharedRootSendsTheHostNothingOfItsOwn(_ hasUserNamespace: Bool) throws {
            try withBundle(.root) { bundle in
                let source = try bundle.makeSource()
                try bundle.makeDirectory("\(source)/later")
                try bundle.edit {
                    $0["linux.rootfsPropagation"] = "rshared"
                    $0.addBind(source, to: "/volume", ["rbind", "rshared"])
                    $0.addMount("/tmp", type: "tmpfs", source: "own")
                    for set in ["bounding", "permitted", "effective"] { $0.append("CAP_SYS_ADMIN", to: "process.capabilities.\(set)") }
                    if hasUserNamespace {
                        $0.setNamespace("user")
                        for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 0, size: 65536) }
                    }
                    $0.setShell("mount -t tmpfs sent /volume/later && cat /proc/self/mountinfo && echo > /volume/mounted; until test -e /volume/seen; do sleep 0.05; done")
                }
                // The volume on a mount of its own: that of the root is made private inside.
                let host = """
                    for shared in \(bundle.directory) \(source); do mount --bind $shared $shared && mount --make-shared $shared || exit 1; done
                    cd \(bundle.directory)
                    "$@" & until test -e source/mounted || ! kill -0 $!; do sleep 0.05; done
                    cat /proc/self/mountinfo > host; echo > source/seen; wait $!
                    """
                let result = try bundle.runtimeCommand(
                    ["run", bundle.id], through: ["unshare", "--mount", "--propagation", "private", "sh", "-c", host, "sh"]).run()
                #expect(result.succeeded, "\(result)")
                #expect(MountInfo.parse(result.stdout).at("/")?.propagation.contains { $0.hasPrefix("shared:") } == true)
                let seen = try bundle.read("\(bundle.directory)/host")
                #expect(seen.contains(" sent "), "\(seen)")
                #expect(!seen.contains(" own ") && !seen.contains("\(bundle.rootfs)/"), "\(seen)")
            }
        }
    }
}
