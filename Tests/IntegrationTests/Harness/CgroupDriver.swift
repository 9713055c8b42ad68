/// Who makes the container's cgroup.
enum CgroupDriver: String, CaseIterable, Sendable {
    case cgroupfs
    /// The system's manager, or the user's own where the identity has one.
    case systemd

    var globalOptions: [String] { self == .systemd ? ["--systemd-cgroup"] : [] }
}
