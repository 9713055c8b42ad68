import Foundation
import Testing

extension IntegrationTests {
    /// Mounts whose files have other owners inside than on disk.
    @Suite struct IDMappedMountTests {
        /// A file system with a file of uid 5 and gid 6, and another one mounted below with the same.
        private static func script(_ source: String) -> String {
            """
            mount -t tmpfs tmpfs \(source) && echo > \(source)/file && chown 5:6 \(source)/file && mkdir \(source)/below \
                && mount -t tmpfs tmpfs \(source)/below && echo > \(source)/below/file && chown 5:6 \(source)/below/file && chmod 777 \(source)
            """
        }

        /// Runs `inside` in a container that has the source at /mapped.
        private func output(
            _ bundle: Bundle, _ options: [String], uids: JSONValue? = nil, gids: JSONValue? = nil, _ inside: String
        ) throws -> CommandResult {
            let source = "\(bundle.directory)/mapped"
            try bundle.makeDirectory(source)
            try bundle.edit {
                $0.addBind(source, to: "/mapped", options)
                $0.editMount("/mapped") { $0["uidMappings"] = uids; $0["gidMappings"] = gids }
                $0.setShell(inside)
            }
            return try bundle.runtimeCommand(
                ["run", bundle.id], through: ["unshare", "--mount", "sh", "-c", "\(Self.script(source)) && exec \"$@\"", "sh"]).run()
        }

        private static func map(_ containerID: Int, _ hostID: Int, _ size: Int = 1) -> JSONValue {
            [["containerID": .init(containerID), "hostID": .init(hostID), "size": .init(size)]]
        }

        private static let show = "stat -c %u:%g /mapped/file /mapped/below/file"

        /// With its own maps, and no user namespace. What is not mapped is nobody's.
        @Test(arguments: [
            (["rbind"], "1005:2006\n5:6"), (["rbind", "idmap"], "1005:2006\n5:6"), (["rbind", "ridmap"], "1005:2006\n1005:2006"),
            (["rbind", "ridmap", "ro"], "1005:2006\n1005:2006"),
        ])
        func hasItsOwnMaps(_ options: [String], _ expected: String) throws {
            try withBundle(.root) { bundle in
                let result = try output(bundle, options, uids: Self.map(0, 1000, 10), gids: Self.map(0, 2000, 10), Self.show)
                #expect(result.text == expected, "\(result)")
            }
        }

        @Test func whatIsMadeThereIsMappedBack() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["process.user"] = ["uid": 1005, "gid": 2006]; $0.addBind("\(bundle.directory)/mapped", to: "/plain", ["bind"]) }
                let result = try output(
                    bundle, ["bind", "idmap"], uids: Self.map(0, 1000, 10), gids: Self.map(0, 2000, 10),
                    "touch /mapped/made && stat -c %u:%g /mapped/made /plain/made")
                #expect(result.text == "1005:2006\n5:6", "\(result)")
            }
        }

        /// Root inside is root on disk, whoever it is on the host.
        @Test(arguments: [(["rbind", "idmap"], "5:6\n65534:65534\n0:0"), (["rbind", "ridmap"], "5:6\n5:6\n0:0")])
        func hasTheContainersMaps(_ options: [String], _ expected: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.setNamespace("user")
                    $0["linux.uidMappings"] = Self.map(0, 300_000, 65536)
                    $0["linux.gidMappings"] = Self.map(0, 300_000, 65536)
                }
                try PlainCommand.run(["chown", "-R", "300000:300000", bundle.rootfs])
                let result = try output(bundle, options, Self.show + "; touch /mapped/made && stat -c %u:%g /mapped/made")
                #expect(result.text == expected, "\(result)")
            }
        }

        @Test func hasTheMapsOfAUserNamespaceThatIsJoined() throws {
            try withBundle(.root) { bundle in
                let holder = try UserNamespaceHolder.shared.pid
                let user = try TestHost.shared.user
                try PlainCommand.run(["chown", "-R", "\(user.uid):\(user.gid)", bundle.rootfs])
                try bundle.edit { $0.setNamespace("user", path: "/proc/\(holder)/ns/user") }
                let result = try output(bundle, ["rbind", "ridmap"], Self.show)
                #expect(result.text == "5:6\n5:6", "\(result)")
            }
        }

        /// Root of a user namespace maps what is its own.
        @Test func worksInAUserNamespace() throws {
            try withBundle(.rootInUserNamespace) { bundle in
                let result = try output(bundle, ["rbind", "ridmap"], uids: Self.map(0, 100, 10), gids: Self.map(0, 200, 10), Self.show)
                #expect(result.text == "105:206\n105:206", "\(result)")
            }
        }

        @Test(arguments: Identity.unprivileged, [["bind"], ["bind", "idmap"]])
        func isNotForThoseWithoutPrivileges(_ identity: Identity, _ options: [String]) throws {
            try withBundle(identity) { bundle in
                let source = try bundle.makeSource()
                try bundle.edit {
                    $0.addBind(source, to: "/mapped", options)
                    if options == ["bind"] { $0.editMount("/mapped") { $0["uidMappings"] = Self.map(0, 0); $0["gidMappings"] = Self.map(0, 0) } }
                }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains("id-mapped mounts are not permitted without privileges"), "\(result)")
            }
        }

        @Test func aFileSystemThatCannotIsNamed() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.addBind("/proc/sys", to: "/mapped", ["bind"])
                    $0.editMount("/mapped") { $0["uidMappings"] = Self.map(0, 0); $0["gidMappings"] = Self.map(0, 0) }
                }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains("/proc/sys") && result.stderr.contains("id-mapped"), "\(result)")
            }
        }
    }
}
