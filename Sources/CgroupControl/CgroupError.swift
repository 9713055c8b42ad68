import LinuxKernel
import SystemPackage

/// Why a cgroup could not be made, joined, read or removed.
public struct CgroupError: Error, Sendable, Equatable {
    private enum Content: Sendable, Equatable {
        case text(String)
        case kernel(action: String, directory: String, KernelError)
    }

    private let content: Content

    /// Names the cgroup and what was attempted; one line. Worded when somebody asks: most errors are forgiven unread.
    public var message: String {
        switch content {
        case .text(let text): text
        case .kernel(let action, let directory, let error): "cannot \(action) cgroup \(directory): \(error)"
        }
    }

    /// A lack of permission or of a hierarchy, as is usual without full access to cgroups.
    public let isForgivable: Bool
    /// What a person can do about it.
    public let hint: String?

    /// EBUSY: the cgroup passes controllers on, and takes no processes so. Kernel: cgroup-v2.rst, "No Internal Process Constraint".
    public var isBusy: Bool {
        if case .kernel(_, _, let error) = content { error.errno == .resourceBusy } else { false }
    }

    public init(_ message: String, isForgivable: Bool = false, hint: String? = nil) {
        content = .text(message)
        self.isForgivable = isForgivable
        self.hint = hint
    }

    /// - Parameters:
    ///   - action: `create`, `join`, `remove`…
    ///   - lacksHierarchy: the error tells that nothing is mounted where the hierarchy should be.
    init(_ action: String, _ directory: String, _ error: KernelError, lacksHierarchy: Bool = false) {
        let refusals: [Errno] = [.notPermitted, .permissionDenied, .readOnlyFileSystem]
        let hint: String? =
            if lacksHierarchy {
                "the cgroup file system is listed in /proc/self/mountinfo but cannot be reached: mount it again"
            } else {
                switch error.errno {
                case .notPermitted, .permissionDenied:
                    "run as a user to whom this cgroup is delegated, or leave out linux.cgroupsPath and all limits"
                case .readOnlyFileSystem:
                    "the cgroup file system is mounted read-only: mount it writable, or leave out linux.cgroupsPath and all limits"
                case .resourceBusy where action == "join":
                    "a cgroup that passes controllers on to its children takes no processes: choose another linux.cgroupsPath"
                case .resourceBusy: "processes are left in it: kill them first"
                case .resourceTemporarilyUnavailable where action == "create":
                    "cgroup.max.depth or cgroup.max.descendants of a cgroup above it is reached"
                default: nil
                }
            }
        content = .kernel(action: action, directory: directory, error)
        isForgivable = lacksHierarchy || refusals.contains(error.errno)
        self.hint = hint
    }
}

/// Words a kernel's error as one of the cgroup that the calls were about.
func attempt<Result: ~Copyable>(
    _ action: String, _ directory: String, _ body: () throws(KernelError) -> Result
) throws(CgroupError) -> Result {
    do throws(KernelError) { return try body() } catch { throw CgroupError(action, directory, error) }
}
