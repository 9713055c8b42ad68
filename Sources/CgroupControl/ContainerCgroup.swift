/// The cgroup of one container: what it is in, and what of that was made for it.
public struct ContainerCgroup: Sendable, Equatable {
    /// Absolute directories on the host; the keys are those of state.json's `cgroup_paths`. Empty where nothing could be
    /// made and that was forgiven: the container stays in the cgroups of its creator.
    public internal(set) var directories: [String: String]
    /// Those that were not there before: they are removed with the container, the others are not.
    public internal(set) var made: Set<String>
    /// The keys of the hierarchies in which limits are set: whoever cannot join one of these is not let in.
    public internal(set) var limited: Set<String>
    /// The unit that systemd keeps it in; nil where the directories are our own.
    public internal(set) var unit: SystemdUnit?
    /// Where below the unit's cgroup this is: `/sub`; nil where it is so in some hierarchies only, which systemd does not do.
    var pathInUnit: String? = ""
    /// What was forgiven, for the debug log.
    public internal(set) var forgiven: [CgroupError] = []
    /// A line each, about limits that are not enforced.
    public internal(set) var warnings: [String] = []

    public init(directories: [String: String] = [:], made: Set<String> = [], limited: Set<String> = [], unit: SystemdUnit? = nil) {
        self.directories = directories
        self.made = made
        self.limited = limited
        self.unit = unit
    }

    /// What is to be told since the last time.
    public mutating func takeNotices() -> (forgiven: [CgroupError], warnings: [String]) {
        defer { (forgiven, warnings) = ([], []) }
        return (forgiven, warnings)
    }

    /// Who finds it again.
    public var driver: any CgroupDriver { unit.map { SystemdDriver(ofUser: $0.isOfUser) } ?? CgroupfsDriver() }

    /// The directory whose list of processes stands for the container. Version 2 first: it can be killed as a whole;
    /// then the freezer, which keeps processes from forking away.
    public var mainDirectory: String? {
        for key in ["", "freezer", "devices", "pids", "name=systemd"] {
            if let directory = directories[key] { return directory }
        }
        return directories.min { $0.key < $1.key }?.value
    }
}

/// A unit of systemd, and which of its managers has it.
public struct SystemdUnit: Sendable, Equatable {
    /// With its suffix: `runc-demo.scope`.
    public let name: String
    /// The user's own manager, else the system's.
    public let isOfUser: Bool
    /// Which run of a unit of this name is ours; nil while none is, and empty where systemd does not number them (before 232).
    /// Man: systemd.exec(5), "$INVOCATION_ID".
    public internal(set) var invocation: String?

    public init(name: String, isOfUser: Bool, invocation: String? = nil) {
        self.name = name
        self.isOfUser = isOfUser
        self.invocation = invocation
    }
}
