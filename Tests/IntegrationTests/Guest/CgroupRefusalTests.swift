import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// The table of errors that are forgiven: who asks, by which driver, of cgroups that refuse. What a rootful container misses is an
    /// error; without full access to cgroups only what was asked for is missed.
    @Suite struct CgroupRefusalTests {
        enum Tree: String { case readOnly, foreign, noBus }

        struct Row: Sendable, CustomTestStringConvertible {
            let setting: CgroupSetting
            let tree: Tree
            let global: [String]
            /// Where nothing is asked for.
            let forgives: Bool
            let text: String

            init(_ identity: Identity, _ driver: CgroupDriver, _ tree: Tree, _ global: [String] = [], forgives: Bool, _ text: String, _ view: CgroupView = .asMounted) {
                setting = CgroupSetting(identity: identity, driver: driver, view: view)
                (self.tree, self.global, self.forgives, self.text) = (tree, global, forgives, text)
            }

            var testDescription: String { "\(setting.testDescription), \(tree.rawValue) \(global)" }
        }

        static let rows: [Row] = [
            Row(.root, .cgroupfs, .readOnly, forgives: false, "read-only file system"),
            Row(.root, .cgroupfs, .readOnly, ["--rootless=true"], forgives: true, "read-only file system"),
            Row(.oneID, .cgroupfs, .foreign, forgives: true, "permission denied"),
            Row(.oneID, .cgroupfs, .foreign, ["--rootless=false"], forgives: false, "permission denied"),
            Row(.rootInUserNamespace, .cgroupfs, .foreign, forgives: true, "permission denied"),
            Row(.rootInUserNamespace, .cgroupfs, .foreign, ["--rootless=false"], forgives: false, "permission denied"),
            Row(.root, .systemd, .noBus, forgives: false, "no bus of the system's systemd"),
            Row(.oneID, .systemd, .noBus, forgives: true, "no bus of the user's own systemd"),
            Row(.oneID, .systemd, .noBus, ["--rootless=false"], forgives: false, "no bus of the system's systemd"),
            // Where no manager answers, it counts as that of root.
            Row(.rootInUserNamespace, .systemd, .noBus, forgives: false, "no bus of the system's systemd"),
            Row(.rootInUserNamespace, .systemd, .noBus, ["--rootless=true"], forgives: true, "no bus of the user's own systemd"),
            // As in the containers of others.
            Row(.oneID, .cgroupfs, .readOnly, forgives: true, "read-only file system"),
            Row(.oneID, .cgroupfs, .readOnly, ["--rootless=false"], forgives: false, "read-only file system"),
            Row(.rootInUserNamespace, .cgroupfs, .readOnly, forgives: true, "read-only file system"),
            Row(.rootInUserNamespace, .cgroupfs, .readOnly, ["--rootless=false"], forgives: false, "read-only file system"),
        ] + (HostFeature.systemd.isThere() ? [Row(.root, .systemd, .readOnly, forgives: false, "read-only file system")] : [])
            // systemd's own word; on version 1 the first one is that of the hierarchies which are ours to make.
            + (HostFeature.systemd.isThere() && HostFeature.cgroupV2.isThere()
            ? [Row(.oneID, .systemd, .foreign, ["--rootless=false"], forgives: false, "cannot start runc-")] : [])
            + (HostFeature.cgroupV2.isThere() ? [] : [
            Row(.root, .cgroupfs, .readOnly, forgives: false, "read-only file system", .unified),
            Row(.root, .cgroupfs, .readOnly, ["--rootless=true"], forgives: true, "read-only file system", .unified),
            Row(.oneID, .cgroupfs, .foreign, forgives: true, "permission denied", .unified),
            Row(.oneID, .cgroupfs, .foreign, ["--rootless=false"], forgives: false, "permission denied", .unified),
        ])

        @Test(arguments: Self.rows)
        func isForgivenByTheRules(_ row: Row) throws {
            try withBundle(row.setting) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                if row.forgives { try livesThroughItsStates(bundle, row) } else { try isRefused(bundle, row) }
                // Asked for by name.
                try bundle.edit { $0["linux.cgroupsPath"] = .string(row.setting.driver == .systemd ? ":runc:\(bundle.id)" : "/\(bundle.id)") }
                try isRefused(bundle, row)
                // Version 2 alone has no controllers on a hybrid machine: there nothing is missed.
                guard row.setting.view == .asMounted else { return }
                try bundle.edit {
                    $0["linux.cgroupsPath"] = nil
                    $0["linux.resources.pids"] = ["limit": 100]
                }
                let result = try isRefused(bundle, row)
                // Where nothing is forgiven the first hierarchy that refuses is told, with a limit or without.
                let isAll = row.tree == .foreign || row.setting.identity != .root
                #expect(row.setting.driver == .systemd || isAll && !row.forgives || result.stderr.contains("linux.resources.pids.limit 100"), "\(result)")
            }
        }

        private func livesThroughItsStates(_ bundle: Bundle, _ row: Row) throws {
            for arguments in [["run", "--detach"], ["state"], ["exec"], ["kill"]] {
                let tail = arguments == ["exec"] ? ["true"] : arguments == ["kill"] ? ["KILL"] : []
                let result = try command(bundle, row, arguments + [bundle.id] + tail)
                #expect(result.succeeded && result.errors.isEmpty, "\(result)")
            }
            #expect(try bundle.waitForStatus("stopped"))
            let deleted = try command(bundle, row, ["delete", bundle.id])
            #expect(deleted.succeeded && deleted.errors.isEmpty, "\(deleted)")
        }

        @discardableResult private func isRefused(_ bundle: Bundle, _ row: Row) throws -> CommandResult {
            let result = try command(bundle, row, ["run", "--detach", bundle.id])
            #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(row.text) && result.stderr.contains("hint:"), "\(result)")
            return result
        }

        /// Before a command that finds cgroups read-only: of root's one hierarchy, so that what was made in others before is undone;
        /// else all, with the flags of mounts that nobody in a user namespace may take away.
        private func readOnly(_ bundle: Bundle) -> [String] {
            let isOne = bundle.identity == .root && bundle.view == .asMounted && HostFeature.cgroupV1.isThere()
            let mounts = isOne ? "/sys/fs/cgroup/pids" : #"$(sed -n 's/^[^ ]* \([^ ]*\) cgroup2\{0,1\} .*/\1/p' /proc/self/mounts)"#
            let script = """
                for d in \(mounts); do
                    mount --bind $d $d && mount -o remount,bind,ro,nosuid,nodev,noexec $d || exit 99
                done
                exec "$@"
                """
            return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        }

        /// It was fine when the container was made: what is missed then is told, and can be done when it is fine again.
        @Test func aTreeThatTurnsReadOnlyIsMissedByARootfulContainer() throws {
            try withBundle(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                try bundle.edit { $0["linux.resources.pids"] = ["limit": 100] }
                try bundle.runDetached()
                let row = Row(.root, .cgroupfs, .readOnly, forgives: false, "read-only file system")
                for (arguments, status) in [(["exec", bundle.id, "true"], 255), (["update", "--pids-limit", "50", bundle.id], 1), (["delete", "--force", bundle.id], 1)] as [([String], Int32)] {
                    let result = try command(bundle, row, arguments)
                    #expect(result.status == status && result.errors.count == 1 && result.stderr.lowercased().contains(row.text), "\(result)")
                    if arguments[0] == "update" { #expect(try bundle.cgroup().read(v1: "pids.max", v2: "pids.max") == "100") }
                }
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }

        private func command(_ bundle: Bundle, _ row: Row, _ arguments: [String]) throws -> CommandResult {
            var environment: [String: String] = [:]
            if row.tree == .noBus {
                for bus in ["SYSTEM", "SESSION"] { environment["DBUS_\(bus)_BUS_ADDRESS"] = "unix:path=/nonexistent/bus" }
            }
            let readOnly = row.tree == .readOnly ? self.readOnly(bundle) : []
            // Whoever is no root has it from somebody who is.
            let isGiven = bundle.identity.isUnprivileged
            var command = try bundle.runtimeCommand(arguments, through: isGiven ? [] : readOnly, global: row.global, environment: environment)
            if isGiven { command.arguments = readOnly + command.arguments }
            return try command.run()
        }
    }
}
