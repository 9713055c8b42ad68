extension KernelError {
    /// Which kernel is needed, where this one does not know the call, or a filter around us says so: with ENOSYS, or as old
    /// engines' filters do, with EPERM. nil where the error means something else.
    public var neededKernelHint: String? {
        if call == .posix_spawn && errno == .notPermitted {
            return "libc starts programs with clone3, which a filter that does not know it (Linux 5.3) has to answer with ENOSYS"
        }
        guard let version = call.firstKernel else { return nil }
        switch errno {
        case .noFunction: return "\(call.rawValue) needs Linux \(version) or newer, and in a container an engine whose seccomp filter knows it"
        case .notPermitted: return "\(call.rawValue) needs CAP_SYS_ADMIN, Linux \(version) or newer, and in a container an engine whose seccomp filter knows it"
        default: return nil
        }
    }
}

extension KernelCall {
    /// The first kernel that has a call for which there is no other way.
    fileprivate var firstKernel: String? {
        switch self {
        case .open_tree, .move_mount, .fsopen, .fsconfig, .fsmount, .fspick: "5.2"
        case .pidfd_open: "5.3"
        // With a cgroup to start in, or with a time namespace; else there is clone(2).
        case .clone3: "5.7"
        // For the walk without openat2: whether something is mounted over a file of /proc.
        case .statx: "5.8"
        case .mount_setattr: "5.12"
        default: nil
        }
    }
}
