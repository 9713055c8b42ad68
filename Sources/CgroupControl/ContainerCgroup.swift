/// The cgroup of one container: what it is in, and what of that was made for it.
public struct ContainerCgroup: Sendable, Equatable {
    /// Absolute directories on the host; the keys are those of state.json's `cgroup_paths`. Empty where nothing could be
    /// made and that was forgiven: the container stays in the cgroups of its creator.
    public internal(set) var directories: [String: String]
    /// Those that were not there before: they are removed with the container, the others are not.
    public internal(set) var made: Set<String>
    /// What was forgiven, for the debug log.
    public internal(set) var forgiven: [CgroupError] = []

    public init(directories: [String: String] = [:], made: Set<String> = []) {
        self.directories = directories
        self.made = made
    }

    /// The directory whose list of processes stands for the container. Version 2 first: it can be killed as a whole;
    /// then the freezer, which keeps processes from forking away.
    public var mainDirectory: String? {
        for key in ["", "freezer", "devices", "pids", "name=systemd"] {
            if let directory = directories[key] { return directory }
        }
        return directories.min { $0.key < $1.key }?.value
    }
}
