import Foundation
import Testing

/// Who drives the runtime.
enum Identity: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Root in the initial user namespace.
    case root
    /// A user without privilege, whose containers map one id.
    case oneID
    /// The same user, whose containers map the subordinate ranges as well.
    case subordinateRanges
    /// Root in a user namespace which that user has made, with the subordinate ids of the first range.
    case rootInUserNamespace

    var testDescription: String { rawValue }

    /// Those with euid ≠ 0.
    static let unprivileged: [Identity] = [.oneID, .subordinateRanges]
    /// Those in whose user namespace the container's root is not the host's.
    static let rootless: [Identity] = [.oneID, .subordinateRanges, .rootInUserNamespace]

    var isUnprivileged: Bool { Self.unprivileged.contains(self) }

    /// The ids on the host under which it works.
    var hostUID: UInt32 { get throws { self == .root ? 0 : try TestHost.shared.user.uid } }
    var hostGID: UInt32 { get throws { self == .root ? 0 : try TestHost.shared.user.gid } }

    /// What a login shell of it has in its environment; `RUNC_ITEST` marks what the tests have started.
    func environment(mark: String) throws -> [String: String] {
        var environment = ["PATH": PlainCommand.path, "LC_ALL": "C", "RUNC_ITEST": "\(getpid())-\(mark)"]
        if self == .root {
            environment["HOME"] = "/root"
            environment["USER"] = "root"
        } else {
            let user = try TestHost.shared.user
            environment["HOME"] = user.home
            environment["USER"] = user.name
            environment["XDG_RUNTIME_DIR"] = user.runtimeDirectory
        }
        return environment
    }

    /// The words before a command that make it run as this identity, in `directory`; the process stays the same one.
    func prefix(directory: String) throws -> [String] {
        switch self {
        case .root:
            ["env", "--chdir", directory]
        case .oneID, .subordinateRanges:
            try Self.asUser(TestHost.shared.user) + ["env", "--chdir", directory]
        case .rootInUserNamespace:
            ["nsenter", "--target", "\(try UserNamespaceHolder.shared.pid)", "--user", "--mount", "--setuid", "0", "--setgid", "0",
             "env", "--chdir", directory]
        }
    }

    static func asUser(_ user: TestUser) -> [String] {
        ["setpriv", "--reuid", "\(user.uid)", "--regid", "\(user.gid)", "--clear-groups"]
    }
}

/// A process that keeps a user namespace and a mount namespace of the test user's alive, as `unshare -Ur --map-auto -m` makes them.
final class UserNamespaceHolder: Sendable {
    private static let made = Result { try UserNamespaceHolder() }
    static var shared: UserNamespaceHolder { get throws { try made.get() } }

    let pid: pid_t

    private init() throws {
        let host = try TestHost.shared
        let ready = "\(host.user.runtimeDirectory)/namespace-ready"
        let command = Command(
            arguments: Identity.asUser(host.user) + [
                "unshare", "--user", "--map-root-user", "--map-auto", "--mount", "sh", "-c", "echo > \(ready); exec sleep infinity",
            ],
            environment: try Identity.oneID.environment(mark: "holder"))
        let running = try command.start()
        guard try eventually({ try FileManager.default.fileExists(atPath: ready) || !running.isRunning() }), try running.isRunning() else {
            throw HarnessError("cannot make a user namespace with unshare: \(running.stderr)")
        }
        pid = running.pid
        // It lives as long as the tests; the janitor ends it.
        _ = Unmanaged.passRetained(running)
    }
}
