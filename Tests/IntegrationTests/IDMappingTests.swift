import Foundation
import Testing

extension IntegrationTests {
    /// The ids inside and their counterparts outside.
    @Suite struct IDMappingTests {
        /// A uid_map or gid_map without its column spacing.
        private func map(_ text: String) -> [[Int]] {
            text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).compactMap { Int($0) } }
        }

        @Test func oneIDIsWrittenDirectlyWithSetgroupsDenied() throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.user
                let lines = try bundle.output("cat /proc/self/uid_map /proc/self/gid_map; cat /proc/self/setgroups")
                #expect(map(lines) == [[0, Int(user.uid), 1], [0, Int(user.gid), 1], []])
                #expect(lines.hasSuffix("deny"))
            }
        }

        /// Root of a user namespace of one id runs containers in it, whose groups are as they are.
        @Test func aNamespaceThatDeniesSetgroupsNeedsNoOther() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit {
                    $0.removeNamespace("user")
                    $0["linux.uidMappings"] = nil
                    $0["linux.gidMappings"] = nil
                    $0.setArguments(["true"])
                }
                let inside = ["unshare", "--map-root-user", "--mount"]
                let run = try bundle.runtimeCommand(["run", bundle.id], through: inside).run()
                #expect(run.succeeded && run.stderr.isEmpty, "\(run)")
                let script = "\"$0\" --root \"$1\" run --detach \"$2\" >/dev/null 2>&1; \"$0\" --root \"$1\" exec \"$2\" echo executed; \"$0\" --root \"$1\" delete --force \"$2\""
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let exec = try bundle.command(inside + ["sh", "-c", script, try RuntimeUnderTest.path, bundle.stateRoot, bundle.id]).run()
                #expect(exec.succeeded && exec.text == "executed", "\(exec)")
                try bundle.edit { $0["process.user.additionalGids"] = [0] }
                let refused = try bundle.runtimeCommand(["create", bundle.id], through: inside).run()
                #expect(refused.status == 1 && refused.stderr.contains("additionalGids"), "\(refused)")
            }
        }

        @Test func oneIDNeedsNoHelper() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.runtimeCommand(["run", bundle.id]).withHelpers(.missing).run()
                #expect(result.succeeded, "\(result)")
            }
        }

        @Test func severalRangesAreMappedByTheHelpers() throws {
            try withBundle(.subordinateRanges) { bundle in
                let user = try TestHost.shared.user
                let first = user.subUIDs[0]
                let second = user.subUIDs[1]
                try bundle.edit { for set in ["bounding", "permitted", "effective"] { $0.append("CAP_CHOWN", to: "process.capabilities.\(set)") } }
                let text = try bundle.output("cat /proc/self/uid_map; cat /proc/self/setgroups; touch /tmp/f; chown 7:\(1 + first.count) /tmp/f; stat -c %u:%g /tmp/f")
                #expect(
                    map(text).prefix(3) == [
                        [0, Int(user.uid), 1], [1, first.first, first.count], [1 + first.count, second.first, second.count],
                    ])
                #expect(text.hasSuffix("allow\n7:\(1 + first.count)"))
                var status = stat()
                #expect(stat("\(bundle.rootfs)/tmp/f", &status) == 0)
                #expect(Int(status.st_uid) == first.first + 6)
                #expect(Int(status.st_gid) == user.subGIDs[1].first)
            }
        }

        @Test func manyRangesAreMapped() throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.user
                try bundle.edit {
                    for index in 0..<100 {
                        $0.addMapping("uidMappings", containerID: 1 + 3 * index, hostID: user.subUIDs[0].first + 2 * index, size: 1)
                        $0.addMapping("gidMappings", containerID: 1 + 3 * index, hostID: user.subGIDs[0].first + 2 * index, size: 1)
                    }
                }
                #expect(try map(bundle.output("cat /proc/self/uid_map")).count == 101)
                #expect(try map(bundle.output("cat /proc/self/gid_map")).count == 101)
            }
        }

        enum BrokenHelper: CaseIterable { case missing, withoutSetuid, failing, killed }

        @Test(arguments: BrokenHelper.allCases)
        func aBrokenHelperIsNamed(_ broken: BrokenHelper) throws {
            try withBundle(.subordinateRanges) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.runtimeCommand(["run", bundle.id]).withHelpers(broken).run()
                #expect(result.status == 1, "\(result)")
                #expect(result.stderr.contains("newuidmap") || result.stderr.contains("newgidmap"), "\(result)")
                #expect(result.errors.count == 1, "\(result)")
                switch broken {
                case .missing: #expect(result.stderr.contains("uidmap"), "the hint names the package: \(result)")
                case .withoutSetuid: #expect(result.stderr.contains("setuid"), "\(result)")
                case .failing: #expect(result.stderr.contains("the helper's own words"), "\(result)")
                case .killed: #expect(result.stderr.contains("signal"), "\(result)")
                }
            }
        }

        @Test func noNewPrivilegesInTheWayIsNamed() throws {
            try withBundle(.subordinateRanges) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.runtimeCommand(["run", bundle.id], through: ["setpriv", "--no-new-privs"]).run()
                #expect(result.status == 1, "\(result)")
                #expect(result.stderr.contains("no_new_privs"), "\(result)")
            }
        }

        @Test func oneIDWorksUnderNoNewPrivileges() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                let result = try bundle.runtimeCommand(["run", bundle.id], through: ["setpriv", "--no-new-privs"]).run()
                #expect(result.succeeded, "\(result)")
            }
        }

        /// Mappings (container id, host id relative to the first subordinate one, size) that are refused, and what the error names.
        @Test(arguments: [
            ("uidMappings", [(1, 0, 10), (5, 100, 10)], "linux.uidMappings"),
            ("gidMappings", [(1, 0, 10), (5, 100, 10)], "linux.gidMappings"),
            ("uidMappings", [(1, 0, 10), (20, 5, 10)], "linux.uidMappings"),
            ("gidMappings", [(1, 0, 10), (0, 50, 1)], "linux.gidMappings"),
            ("uidMappings", [(4_294_967_290, 0, 10)], "linux.uidMappings"),
            ("uidMappings", [(1, 0, 0)], "linux.uidMappings"),
            ("uidMappings", [(1, -1, 1)], "/etc/subuid"),
            ("gidMappings", [(1, -1, 1)], "/etc/subgid"),
            ("uidMappings", [(1, 0, 1_000_000)], "/etc/subuid"),
        ])
        func badMappingsAreRefused(_ kind: String, _ mappings: [(container: Int, offset: Int, size: Int)], named: String) throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.user
                let first = (kind == "uidMappings" ? user.subUIDs : user.subGIDs)[0].first
                try bundle.edit {
                    $0.setArguments(["true"])
                    for mapping in mappings {
                        $0.addMapping(kind, containerID: mapping.container, hostID: first + mapping.offset, size: mapping.size)
                    }
                }
                let result = try bundle.run()
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(named), "\(result)")
            }
        }

        @Test func mappingsBeyondOurOwnAreRefusedWhenNested() throws {
            try withBundle(.rootInUserNamespace) { bundle in
                try bundle.edit {
                    $0.setArguments(["true"])
                    $0.setNamespace("user")
                    for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 3_000_000_000, size: 10) }
                }
                let result = try bundle.run()
                #expect(result.status == 1, "\(result)")
                #expect(result.stderr.contains("3000000000"), "\(result)")
            }
        }

        @Test func aNestedNamespaceMapsIDsOfOurs() throws {
            try withBundle(.rootInUserNamespace) { bundle in
                try bundle.edit {
                    $0.setNamespace("user")
                    for kind in ["uidMappings", "gidMappings"] {
                        $0.addMapping(kind, containerID: 0, hostID: 0, size: 1)
                        $0.addMapping(kind, containerID: 1, hostID: 100, size: 10)
                    }
                }
                let output = try bundle.output("cat /proc/self/uid_map")
                // The second column is seen from the parent namespace, whose 0 is also that of the reader's parent.
                #expect(map(output) == [[0, 0, 1], [1, 100, 10]])
            }
        }

        @Test func rootMapsAnything() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.setNamespace("user")
                    for kind in ["uidMappings", "gidMappings"] {
                        $0.addMapping(kind, containerID: 0, hostID: 2_000_000_000, size: 65536)
                    }
                }
                try PlainCommand.run(["chown", "-R", "--no-dereference", "2000000000:2000000000", bundle.rootfs])
                let output = try bundle.output("cat /proc/self/uid_map; cat /proc/self/setgroups; id -u; touch /root/x; stat -c %u /root/x")
                #expect(map(output).first == [0, 2_000_000_000, 65536])
                #expect(output.hasSuffix("allow\n0\n0"))
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func aUserNamespaceIsJoinedByPath(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let holder = try UserNamespaceHolder.shared.pid
                try bundle.edit {
                    $0.setNamespace("user", path: "/proc/\(holder)/ns/user")
                    $0["linux.uidMappings"] = nil
                    $0["linux.gidMappings"] = nil
                }
                if identity == .root {
                    let user = try TestHost.shared.user
                    try PlainCommand.run(["chown", "-R", "--no-dereference", "\(user.uid):\(user.gid)", bundle.rootfs])
                }
                let output = try bundle.output("readlink /proc/self/ns/user; cat /proc/self/uid_map; id -u")
                let joined = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(holder)/ns/user")
                #expect(output.hasPrefix(joined))
                #expect(output.hasSuffix("\n0"))
                let user = try TestHost.shared.user
                #expect(map(output).contains([0, Int(user.uid), 1]))
            }
        }

        /// By a process's path, and by one that only a process which joins it can tell the maps of.
        @Test(arguments: [Identity.root, .oneID], [false, true])
        func mapsBesideOneThatIsJoinedAreItsOwn(_ identity: Identity, _ isPinned: Bool) throws {
            try withBundle(identity) { bundle in
                let user = try TestHost.shared.user
                let holder = try UserNamespaceHolder.shared.pid
                let path = isPinned ? "/proc/\(holder)/task/\(holder)/ns/user" : "/proc/\(holder)/ns/user"
                let own = try ["uid", "gid"].map { try map(String(contentsOfFile: "/proc/\(holder)/\($0)_map", encoding: .utf8)) }
                func set(_ maps: [[[Int]]]) throws {
                    try bundle.edit { config in
                        config.setNamespace("user", path: path)
                        for (kind, lines) in zip(["uidMappings", "gidMappings"], maps) {
                            config["linux.\(kind)"] = nil
                            for line in lines { config.addMapping(kind, containerID: line[0], hostID: line[1], size: line[2]) }
                        }
                    }
                }
                if identity == .root { try PlainCommand.run(["chown", "-R", "--no-dereference", "\(user.uid):\(user.gid)", bundle.rootfs]) }
                for maps in [own, [[[0, 0, 1]], [[0, 0, 1]]]] {
                    try set(maps)
                    #expect(try map(bundle.output("cat /proc/self/uid_map")).contains([0, Int(user.uid), 1]))
                }
                for (maps, named) in [([[[0, 5, 1]], own[1]], "linux.uidMappings"), ([own[0], [[0, 5, 1]]], "linux.gidMappings")] {
                    try set(maps)
                    let result = try bundle.runc("create", bundle.id)
                    #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(named), "\(result)")
                    #expect(try Leftovers(of: bundle).find() == [])
                }
            }
        }

        @Test func aUserWithoutSubordinateIDsIsToldHowToGetThem() throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.bareUser
                let directory = "\(bundle.directory)/bare"
                try PlainCommand.run(["install", "-d", "-o", user.name, directory])
                let result = try Command(
                    arguments: Identity.asUser(user) + ["env", "--chdir", directory, try RuntimeUnderTest.path, "spec", "--rootless", "--subids"],
                    environment: ["PATH": PlainCommand.path, "RUNC_ITEST": "\(getpid())-\(bundle.id)"]
                ).run()
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(user.name) && result.stderr.contains("usermod"), "\(result)")
                #expect(!FileManager.default.fileExists(atPath: "\(directory)/config.json"))
            }
        }

        @Test func specWithSubidsMapsAllRanges() throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.user
                unlink("\(bundle.directory)/config.json")
                let written = try bundle.command([try RuntimeUnderTest.path, "spec", "--rootless", "--subids"]).run()
                try #require(written.succeeded, "\(written)")
                try bundle.edit { $0["process.terminal"] = false }
                let uids = try map(bundle.output("cat /proc/self/uid_map"))
                let gids = try map(bundle.output("cat /proc/self/gid_map"))
                #expect(Set(uids.map { [$0[1], $0[2]] }) == Set([[Int(user.uid), 1]] + user.subUIDs.map { [$0.first, $0.count] }))
                #expect(Set(gids.map { [$0[1], $0[2]] }) == Set([[Int(user.gid), 1]] + user.subGIDs.map { [$0.first, $0.count] }))
                #expect(uids.contains([0, Int(user.uid), 1]))
            }
        }

        /// Ranges may be given to the number as well as to the name.
        @Test func rangesOfAUIDCountAsWell() throws {
            try withBundle(.oneID) { bundle in
                let user = try TestHost.shared.user
                try bundle.edit {
                    $0.setShell("cat /proc/self/uid_map")
                    for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 1, hostID: 1_900_000_000, size: 50) }
                }
                try bundle.write("\(user.uid):1900000000:50\n", to: "\(bundle.directory)/ranges")
                let result = try bundle.runtimeCommand(["run", bundle.id])
                    .inPrivateMounts("mount --bind \(bundle.directory)/ranges /etc/subuid && mount --bind \(bundle.directory)/ranges /etc/subgid").run()
                #expect(result.succeeded, "\(result)")
                #expect(map(result.stdout).contains([1, 1_900_000_000, 50]), "\(result)")
            }
        }
    }
}

extension Command {
    /// The command in a mount namespace of its own, which a script of root's has prepared.
    func inPrivateMounts(_ script: String) -> Command {
        var command = self
        command.arguments = ["unshare", "--mount", "sh", "-c", "\(script) || exit 97; exec \"$@\"", "sh"] + arguments
        return command
    }

    /// The command on a system whose newuidmap and newgidmap are broken.
    func withHelpers(_ broken: IntegrationTests.IDMappingTests.BrokenHelper) throws -> Command {
        let directory = "\(try TestHost.shared.base)/outputs/helpers-\(UniqueNumber.next())"
        func replacing(_ make: String) -> String {
            "mkdir \(directory) && for helper in newuidmap newgidmap; do \(make) && mount --bind \(directory)/$helper /usr/bin/$helper || exit 97; done"
        }
        func script(_ body: String) -> String {
            replacing("printf '#!/bin/sh\\n\(body)\\n' > \(directory)/$helper && chmod 4755 \(directory)/$helper")
        }
        switch broken {
        case .missing:
            // A whiteout in the upper of two lower layers hides the file.
            return inPrivateMounts(
                "mkdir \(directory) && for helper in newuidmap newgidmap; do mknod \(directory)/$helper c 0 0 || exit 97; done; "
                    + "mount -t overlay -o lowerdir=\(directory):/usr/bin overlay /usr/bin")
        case .withoutSetuid: return inPrivateMounts(replacing("cp /usr/bin/$helper \(directory)/$helper && chmod 0755 \(directory)/$helper"))
        case .failing: return inPrivateMounts(script("echo the helper\"'\\''\"s own words >&2; exit 3"))
        case .killed: return inPrivateMounts(script("kill -KILL $$"))
        }
    }
}
