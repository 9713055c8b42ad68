import CLinux
import Glibc
import SystemPackage

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

/// How many descriptors this process may have open. The caller has chosen that for what we execute, and not for us.
public struct DescriptorLimit: Sendable {
    private static let resource = Int32(RLIMIT_NOFILE.rawValue)
    /// What we have open besides.
    private static let reserve: UInt64 = 128

    private let caller: ResourceLimit

    public init() throws(KernelError) { caller = try ResourceLimit.of(pid: 0, resource: Self.resource) }

    /// Makes room for so many, as far as we may.
    public func raise(for count: Int) throws(KernelError) {
        let needed = UInt64(count) + Self.reserve
        guard needed > caller.soft else { return }
        do throws(KernelError) { try ResourceLimit(soft: needed, hard: max(needed, caller.hard)).set(pid: 0, resource: Self.resource) } catch {
            guard error.errno == .notPermitted else { throw error }
            try ResourceLimit(soft: caller.hard, hard: caller.hard).set(pid: 0, resource: Self.resource)
        }
    }

    public func restore() throws(KernelError) {
        guard try ResourceLimit.of(pid: 0, resource: Self.resource) != caller else { return }
        try caller.set(pid: 0, resource: Self.resource)
    }
}
