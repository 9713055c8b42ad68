import Foundation
import Testing

/// Who drives the runtime.
enum Identity: String, Sendable, CustomTestStringConvertible {
    /// Root in the initial user namespace.
    case root
    /// A user without privilege, whose containers map one id.
    case oneID
    /// The same user, whose containers map the subordinate ranges as well.
    case subordinateRanges
    /// Root in a user namespace which that user has made, with the subordinate ids of the first range.
    case rootInUserNamespace
    /// `oneID` in a cgroup that the user's systemd manager has delegated, with that manager's bus.
    case delegated
    /// `rootInUserNamespace` likewise.
    case delegatedUserNamespace

    var testDescription: String { rawValue }

    /// Those that every machine has.
    static let allCases: [Identity] = [.root, .oneID, .subordinateRanges, .rootInUserNamespace]
    /// Those of them with euid ≠ 0.
    static let unprivileged: [Identity] = [.oneID, .subordinateRanges]
    /// Those of them in whose user namespace the container's root is not the host's.
    static let rootless: [Identity] = [.oneID, .subordinateRanges, .rootInUserNamespace]

    /// Whether its euid is not 0.
    var isUnprivileged: Bool { self == .delegated || Self.unprivileged.contains(self) }
    /// A systemd manager of its user answers it.
    var isDelegated: Bool { self == .delegated || self == .delegatedUserNamespace }

    /// The account that it is on the host, where it is not root.
    var user: TestUser { get throws { isDelegated ? try TestHost.shared.managedUser : try TestHost.shared.user } }
    /// The ids on the host under which it works.
    var hostUID: UInt32 { get throws { self == .root ? 0 : try user.uid } }
    var hostGID: UInt32 { get throws { self == .root ? 0 : try user.gid } }

    /// What a login shell of it has in its environment; `RUNC_ITEST` marks what the tests have started.
    func environment(mark: String) throws -> [String: String] {
        var environment = ["PATH": PlainCommand.path, "LC_ALL": "C", "RUNC_ITEST": "\(getpid())-\(mark)"]
        if self == .root {
            environment["HOME"] = "/root"
            environment["USER"] = "root"
        } else {
            let user = try user
            environment["HOME"] = user.home
            environment["USER"] = user.name
            environment["XDG_RUNTIME_DIR"] = user.runtimeDirectory
        }
        if isDelegated { environment.merge(try UserManager.shared.environment) { $1 } }
        return environment
    }

    /// The words before a command that make it run as this identity, in `directory`; the process stays the same one.
    func prefix(directory: String) throws -> [String] {
        let chdir = ["env", "--chdir", directory]
        return switch self {
        case .root: chdir
        case .oneID, .subordinateRanges: try Self.asUser(user) + chdir
        case .rootInUserNamespace: try UserNamespaceHolder.shared.entering + chdir
        case .delegated: try UserManager.shared.entering + Self.asUser(user) + chdir
        case .delegatedUserNamespace: try UserManager.shared.entering + UserNamespaceHolder.delegated.entering + chdir
        }
    }

    static func asUser(_ user: TestUser) -> [String] {
        ["setpriv", "--reuid", "\(user.uid)", "--regid", "\(user.gid)", "--clear-groups"]
    }
}
