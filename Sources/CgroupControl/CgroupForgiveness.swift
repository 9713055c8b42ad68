/// Which errors of cgroups are none: those of a caller who is unlikely to have access to them, and asked for nothing
/// that needs it.
public struct CgroupForgiveness: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable { case forgive, fail }

    public let rootlessCgroups: Bool
    /// `linux.cgroupsPath` is given.
    public let pathAsked: Bool
    /// The keys of the hierarchies in which limits are asked for; device rules do not count: every configuration has some.
    public let limited: Set<String>

    public init(rootlessCgroups: Bool, pathAsked: Bool, limited: Set<String>) {
        self.rootlessCgroups = rootlessCgroups
        self.pathAsked = pathAsked
        self.limited = limited
    }

    /// - Parameter keys: of the hierarchy that the error is about; nil where it is about all of them.
    public func decide(_ error: CgroupError, in keys: [String]? = nil) -> Verdict {
        guard rootlessCgroups && !pathAsked && error.isForgivable else { return .fail }
        return (keys.map { !limited.isDisjoint(with: $0) } ?? !limited.isEmpty) ? .fail : .forgive
    }
}
