import CLinux

/// The eight kinds of namespace. Man: namespaces(7).
public enum NamespaceKind: String, Sendable, CaseIterable, Hashable {
    case user, mount, pid, network, ipc, uts, cgroup, time

    /// The flag of clone, unshare and setns.
    public var flag: UInt64 {
        switch self {
        case .user: UInt64(CL_CLONE_NEWUSER)
        case .mount: UInt64(CL_CLONE_NEWNS)
        case .pid: UInt64(CL_CLONE_NEWPID)
        case .network: UInt64(CL_CLONE_NEWNET)
        case .ipc: UInt64(CL_CLONE_NEWIPC)
        case .uts: UInt64(CL_CLONE_NEWUTS)
        case .cgroup: UInt64(CL_CLONE_NEWCGROUP)
        case .time: UInt64(CL_CLONE_NEWTIME)
        }
    }

    /// The name under /proc/PID/ns.
    public var procName: String {
        switch self {
        case .mount: "mnt"
        case .network: "net"
        default: rawValue
        }
    }
}
