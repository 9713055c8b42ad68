import LinuxKernel
import SystemPackage

/// Why a cgroup could not be made, joined, read or removed.
public struct CgroupError: Error, Sendable, Equatable {
    private enum Content: Sendable, Equatable {
        case text(String)
        case kernel(action: String, directory: String, KernelError)
        case limit(LimitWrite, directory: String, KernelError)
    }

    private let content: Content

    /// Names the cgroup and what was attempted; one line. Worded when somebody asks: most errors are forgiven unread.
    public var message: String {
        switch content {
        case .text(let text): text
        case .kernel(let action, let directory, let error): "cannot \(action) cgroup \(directory): \(error)"
        case .limit(let write, let directory, let error): "\(write.name): cannot set it in cgroup \(directory): \(error)"
        }
    }

    /// A lack of permission or of a hierarchy, as is usual without full access to cgroups.
    public let isForgivable: Bool
    /// What a person can do about it.
    public let hint: String?

    /// EBUSY, or what may be it: the cgroup passes controllers on, and takes no processes so. Kernel: cgroup-v2.rst, "No Internal
    /// Process Constraint".
    public private(set) var isBusy: Bool

    public init(_ message: String, isForgivable: Bool = false, hint: String? = nil) {
        self.init(.text(message), isForgivable: isForgivable, hint: hint)
    }

    private init(_ content: Content, isForgivable: Bool, hint: String?) {
        self.content = content
        self.isForgivable = isForgivable
        self.hint = hint
        isBusy = if case .kernel(_, _, let error) = content { error.errno == .resourceBusy } else { false }
    }

    func withMessage(_ message: String) -> CgroupError {
        guard message != self.message else { return self }
        let worded = CgroupError(message, isForgivable: isForgivable, hint: hint)
        return isBusy ? worded.asBusy : worded
    }

    var asBusy: CgroupError {
        var error = self
        error.isBusy = true
        return error
    }

    /// Brings back what was, and tells too where that did not work.
    public func after(_ undo: () throws(CgroupError) -> Void) -> CgroupError {
        do throws(CgroupError) { try undo() } catch let second { return withMessage("\(message); then: \(second.message)") }
        return self
    }

    /// A limit that the kernel does not take.
    init(_ write: LimitWrite, _ directory: String, _ error: KernelError) {
        let hint: String? = switch error.errno {
        case .notPermitted, .permissionDenied, .readOnlyFileSystem: Self.delegationHint(write.controller)
        case .resourceBusy: "more than that is in use"
        case .operationNotSupportedByDevice, .noSuchAddressOrDevice: "there is no such device"
        case .invalidArgument, .outOfRange: "the kernel does not take this value here: it may be outside what the cgroups above allow"
        default: nil
        }
        self.init(.limit(write, directory: directory, error), isForgivable: false, hint: hint)
    }

    /// A limit whose controller is there, but not for us.
    static func notDelegated(_ write: LimitWrite, _ directory: String, cause: CgroupError? = nil) -> CgroupError {
        let text = "\(write.name): the controller \(write.controller) is not delegated to the cgroup \(directory)"
        return CgroupError(cause.map { "\(text): \($0.message)" } ?? text, hint: delegationHint(write.controller))
    }

    private static func delegationHint(_ controller: String) -> String {
        "have the controller delegated (cgroup v2 with systemd: Delegate=\(controller) for user@UID.service; else a cgroup that you own, as linux.cgroupsPath), or leave the limit out"
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
        self.init(
            .kernel(action: action, directory: directory, error), isForgivable: lacksHierarchy || refusals.contains(error.errno), hint: hint)
    }
}

/// Words a kernel's error as one of the cgroup that the calls were about.
func attempt<Result: ~Copyable>(
    _ action: String, _ directory: String, _ body: () throws(KernelError) -> Result
) throws(CgroupError) -> Result {
    do throws(KernelError) { return try body() } catch { throw CgroupError(action, directory, error) }
}
