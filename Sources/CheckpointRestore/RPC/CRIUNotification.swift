import LinuxKernel

/// What CRIU tells while it works, and waits for our answer to.
public final class CRIUNotification {
    /// Those that somebody here does something about. Man: criu(8), `--action-script`.
    public enum Event: String, Sendable {
        case networkLock = "network-lock"
        case networkUnlock = "network-unlock"
        /// The namespaces of a restored container are there, and nothing in them yet.
        case setupNamespaces = "setup-namespaces"
        /// All is restored; nothing runs yet.
        case postRestore = "post-restore"
        /// The controlling side of the container's terminal comes with it.
        case orphanTerminal = "orphan-pts-master"
        /// The page server of a lazy dump listens.
        case statusReady = "status-ready"
    }

    /// nil for one that nobody here waits for.
    public let event: Event?
    /// Of the container's first process, in CRIU's PID namespace.
    public let pid: Int32?
    private var descriptor: OwnedDescriptor?

    init(_ response: CRIUResponse, descriptor: consuming OwnedDescriptor?) {
        event = response.notification.flatMap(Event.init)
        pid = response.notificationPID.flatMap { $0 > 0 ? $0 : nil }
        self.descriptor = descriptor
    }

    /// The descriptor that came with it, given away once.
    public func takeDescriptor() -> OwnedDescriptor? { descriptor.take() }
}
