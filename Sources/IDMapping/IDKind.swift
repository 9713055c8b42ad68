/// Which of the two id spaces a map is about, and what that space is called in each place.
///
/// Source: `Man: user_namespaces(7)`, `Man: newuidmap(1)`, `Man: subuid(5)`, `Spec: config-linux.md`.
public enum IDKind: String, Sendable, CaseIterable {
    case uid, gid

    /// The field of config.json that asks for the map.
    public var specField: String { "linux.\(rawValue)Mappings" }
    /// The file under /proc/PID that the map is written to.
    public var procFileName: String { "\(rawValue)_map" }
    /// The file that grants ranges of the host's ids to users.
    public var subordinatePath: String { "/etc/sub\(rawValue)" }
    /// The privileged program that writes the map for a user to whom the ranges are granted.
    public var helperName: String { "new\(rawValue)map" }
    /// The capability that writing any other map than the caller's own id needs.
    public var capabilityName: String { self == .uid ? "CAP_SETUID" : "CAP_SETGID" }
    /// The option of usermod that grants a range, which follows it as `FIRST-LAST`.
    var usermodOption: String { "--add-sub\(rawValue)s" }
}
