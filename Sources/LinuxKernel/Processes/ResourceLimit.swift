import CLinux

/// A limit of one resource, in the limit's own unit; UInt64.max is no limit. Man: getrlimit(2).
public struct ResourceLimit: Sendable, Equatable {
    public let soft: UInt64
    public let hard: UInt64

    public init(soft: UInt64, hard: UInt64) {
        self.soft = soft
        self.hard = hard
    }

    /// - Parameters:
    ///   - pid: in our PID namespace; 0 for this process.
    ///   - resource: the kernel's number.
    public static func of(pid: Int32, resource: Int32) throws(KernelError) -> ResourceLimit {
        var limits: [UInt64] = [0, 0]
        try check(.prlimit64, cl_prlimit(pid, resource, nil, &limits))
        return ResourceLimit(soft: limits[0], hard: limits[1])
    }

    /// Man: prlimit(2). Errors: EPERM where a hard limit would rise, or the process is not ours to change.
    public func set(pid: Int32, resource: Int32) throws(KernelError) {
        try check(.prlimit64, cl_prlimit(pid, resource, [soft, hard], nil))
    }
}
