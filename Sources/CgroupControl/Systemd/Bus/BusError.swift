import LinuxKernel

/// A call over a bus that did not succeed.
enum BusError: Error, Sendable, Equatable {
    /// The other side's answer, with the error's name: `org.freedesktop.systemd1.NoSuchUnit`.
    case refused(name: String, message: String)
    case noAnswer(afterMilliseconds: Int32)
    /// The connection, by the kernel's word.
    case connection(KernelError)
    /// Bytes that are no D-Bus, or not what was asked for.
    case malformed(String)

    var name: String? {
        if case .refused(let name, _) = self { return name }
        return nil
    }

    var message: String {
        switch self {
        case .refused(let name, let message): "\(name): \(message)"
        case .noAnswer(let milliseconds): "no answer within \(milliseconds / 1000) seconds"
        case .connection(let error): error.description
        case .malformed(let what): "not understood: \(what)"
        }
    }
}

/// What the other side calls what went wrong. Man: sd-bus-errors(3), org.freedesktop.systemd1(5).
enum BusErrorName {
    static let noSuchUnit = "org.freedesktop.systemd1.NoSuchUnit"
    static let unitExists = "org.freedesktop.systemd1.UnitExists"
    /// Without the permission, or without the person who could give it.
    static let refusals: Set<String> = [
        "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
    ]
}
