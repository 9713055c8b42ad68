import Foundation

/// The test user's own systemd, as a login starts it, and a scope of it that is delegated: the cgroup of whoever is `delegated`.
final class UserManager: Sendable {
    private static let made = Result { try UserManager() }
    static var shared: UserManager { get throws { try made.get() } }

    /// Where its bus is found.
    let environment: [String: String]
    private let cgroupProcs: String

    /// The words before a command that move it into the scope; root's, who may take a process out of any cgroup.
    var entering: [String] { ["sh", "-c", #"echo $$ > "$0" && exec "$@""#, cgroupProcs] }

    private init() throws {
        let user = try TestHost.shared.managedUser
        // Without a login; the janitor ends it.
        try PlainCommand.run(["loginctl", "enable-linger", user.name])
        let runtimeDirectory = "/run/user/\(user.uid)"
        guard eventually({ access("\(runtimeDirectory)/bus", F_OK) == 0 }) else {
            throw HarnessError("no bus of \(user.name)'s systemd in \(runtimeDirectory)")
        }
        let environment = ["XDG_RUNTIME_DIR": runtimeDirectory, "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(runtimeDirectory)/bus"]
        let scope = "runc-itest-\(getpid()).scope"
        let command = Command(
            arguments: Identity.asUser(user) + [
                "systemd-run", "--user", "--scope", "--quiet", "--unit", scope, "--property=Delegate=yes", "sleep", "infinity",
            ],
            environment: try Identity.oneID.environment(mark: "scope").merging(environment) { $1 })
        var cgroup = ""
        _ = try command.startForGood { pid in
            cgroup = try HostCgroup(of: pid).directory("")
            return cgroup.hasSuffix("/\(scope)")
        }
        self.environment = environment
        cgroupProcs = "\(cgroup)/cgroup.procs"
    }
}
