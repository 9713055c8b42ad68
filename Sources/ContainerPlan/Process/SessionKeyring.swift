import RuntimeSpec

/// What the processes of a container have instead of the caller's session keyring: the keys in that one (of Kerberos, of
/// encrypted directories) are nothing to them. Man: session-keyring(7).
public struct SessionKeyring: Sendable, Equatable {
    public let name: String
    /// SELinux's, for a new one; nil for the runtime's own.
    public let label: String?

    /// - Parameter container: its id: `exec` finds the keyring that init has by the name.
    public init(container: String, _ process: RuntimeSpec.Process) {
        name = "_ses." + container
        label = process.selinuxLabel.flatMap { $0.isEmpty ? nil : $0 }
    }
}
