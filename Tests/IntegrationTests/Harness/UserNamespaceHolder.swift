import Foundation

/// A process that keeps a user namespace and a mount namespace of the test user's alive, as `unshare -Ur --map-auto -m` makes them.
final class UserNamespaceHolder: Sendable {
    private static let made = Result { try UserNamespaceHolder(for: .oneID) }
    private static let madeDelegated = Result { try UserNamespaceHolder(for: .delegated) }
    static var shared: UserNamespaceHolder { get throws { try made.get() } }
    /// Made after the user's manager is up: it has the runtime directory in its mount namespace.
    static var delegated: UserNamespaceHolder { get throws { try madeDelegated.get() } }

    let pid: pid_t

    /// The words before a command that make it run as root in there.
    var entering: [String] {
        ["nsenter", "--target", "\(pid)", "--user", "--mount", "--setuid", "0", "--setgid", "0"]
    }

    private init(for identity: Identity) throws {
        let ready = "\(try identity.user.runtimeDirectory)/\(identity.rawValue)-namespace-ready"
        let command = Command(
            arguments: try identity.prefix(directory: "/") + [
                "unshare", "--user", "--map-root-user", "--map-auto", "--mount", "sh", "-c", "echo > \(ready); exec sleep infinity",
            ],
            environment: try identity.environment(mark: "holder"))
        pid = try command.startForGood { _ in FileManager.default.fileExists(atPath: ready) }
    }
}
