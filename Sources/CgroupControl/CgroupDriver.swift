import LinuxKernel
import RuntimeSpec

/// Who makes, limits and removes the cgroup of a container: we ourselves in the cgroup file systems (`CgroupfsDriver`), or
/// systemd for us.
///
/// | | cgroupfs v1, hybrid | cgroupfs v2 | systemd |
/// |---|---|---|---|
/// | `prepare` | directories and limits | directories and limits | where they will be |
/// | the clone | | starts in `cloneDirectory` | |
/// | `place` | moves the process | nothing left to do | starts the unit with the process, then sets what it has no property for |
/// | `apply` | writes | writes | properties, then writes |
/// | `remove` | removes directories | removes directories | stops the unit |
///
/// A driver is a value without state: what it made is in the `ContainerCgroup`, from which later commands find it again.
public protocol CgroupDriver: Sendable {
    /// How long the kernel and dying processes are waited for.
    var patienceMilliseconds: Int32 { get }

    /// Before the clone: makes all that can be made without a process. On an error nothing is left of the container's.
    ///
    /// - Parameter journal: told what is about to be made, before it is.
    func prepare(
        _ request: CgroupRequest, journal: (ContainerCgroup) throws(CgroupError) -> Void
    ) throws(CgroupError) -> ContainerCgroup

    /// The directory that a clone can start its child in (CLONE_INTO_CGROUP), which saves placing it; nil where that is not
    /// possible. Man: clone(2).
    func cloneDirectory(_ cgroup: ContainerCgroup) throws(CgroupError) -> SharedDescriptor?

    /// Puts the container's first process in. After it all limits hold.
    ///
    /// - Parameter pid: in our PID namespace.
    func place(pid: Int32, in cgroup: inout ContainerCgroup, _ request: CgroupRequest) throws(CgroupError)

    /// Puts a further process in.
    func join(pid: Int32, _ cgroup: ContainerCgroup, forgiveness: CgroupForgiveness) throws(CgroupError)

    /// Changes the limits that are given and leaves the others. A failed change leaves what was. Returns the warnings.
    func apply(_ update: LimitUpdate, to cgroup: ContainerCgroup) throws(CgroupError) -> [String]

    /// Whether what has the container's place is what was made for it, rather than something that somebody else has put there since.
    func isStillOurs(_ cgroup: ContainerCgroup) -> Bool

    /// Removes what was made for the container, with the cgroups that it made below. What is gone is removed.
    ///
    /// - Parameter whileBusy: called before each wait for processes that are left.
    func remove(_ cgroup: ContainerCgroup, whileBusy: () -> Void) throws(CgroupError)
}

extension CgroupDriver {
    public func remove(_ cgroup: ContainerCgroup) throws(CgroupError) { try remove(cgroup) {} }
}

/// How limits are understood, beside their values.
public struct LimitOptions: Sendable, Equatable {
    /// A limit that cannot be enforced is an error, never a warning.
    public var strict: Bool
    /// Device rules are for those who could do more than the rules say: they need privilege over the host's devices, and
    /// a user namespace takes the devices away by itself.
    public var appliesDevices: Bool

    public init(strict: Bool = false, appliesDevices: Bool = true) {
        self.strict = strict
        self.appliesDevices = appliesDevices
    }
}

/// Other limits for a container that is there.
public struct LimitUpdate: Sendable {
    /// What is given replaces what was; what is not given stays.
    public let change: Resources
    /// What was asked for up to now: some of it the kernel and systemd forget when others change.
    public let before: Resources
    public let options: LimitOptions
    /// The host's: a controller that is in them, and in which the container has no cgroup, was not delegated.
    public let hierarchies: CgroupHierarchies

    public init(_ change: Resources, before: Resources, options: LimitOptions, hierarchies: CgroupHierarchies) {
        self.before = before
        self.options = options
        self.hierarchies = hierarchies
        // With the end of idleness the kernel makes the weight that of every new cgroup.
        var change = change
        if change.cpu?.idle == 0, (change.cpu?.shares ?? 0) == 0 { change.cpu?.shares = before.cpu?.shares }
        self.change = change
    }
}

/// What is asked of a driver for a new container.
public struct CgroupRequest: Sendable {
    public var containerID: String
    /// `linux.cgroupsPath`; an empty one counts as absent.
    public var cgroupsPath: String?
    public var resources = Resources()
    public var options = LimitOptions()
    public var annotations: [String: String] = [:]
    public var rootlessCgroups = false
    public var hierarchies: CgroupHierarchies
    /// Our own.
    public var memberships: [CgroupMembership]

    public init(containerID: String, cgroupsPath: String? = nil, hierarchies: CgroupHierarchies, memberships: [CgroupMembership]) {
        self.containerID = containerID
        self.cgroupsPath = cgroupsPath.flatMap { $0.isEmpty ? nil : $0 }
        self.hierarchies = hierarchies
        self.memberships = memberships
    }

    /// - Parameter limited: the keys of the hierarchies in which limits are asked for.
    public func forgiveness(limited: Set<String>) -> CgroupForgiveness {
        CgroupForgiveness(rootlessCgroups: rootlessCgroups, pathAsked: cgroupsPath != nil, limited: limited)
    }
}
