/// Which errors of cgroups are none: those of a caller who is unlikely to have access to them, and asked for nothing
/// that needs it.
public struct CgroupForgiveness: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable { case forgive, fail }

    public let rootlessCgroups: Bool
    /// Device rules do not count: every configuration has some.
    public let limitsAsked: Bool
    /// `linux.cgroupsPath` is given.
    public let pathAsked: Bool

    public init(rootlessCgroups: Bool, limitsAsked: Bool, pathAsked: Bool) {
        self.rootlessCgroups = rootlessCgroups
        self.limitsAsked = limitsAsked
        self.pathAsked = pathAsked
    }

    public func decide(_ error: CgroupError) -> Verdict {
        rootlessCgroups && !limitsAsked && !pathAsked && error.isForgivable ? .forgive : .fail
    }
}
