import CLinux
import Glibc
import SystemPackage

/// How a process ended.
public enum Termination: Sendable, Equatable, CustomStringConvertible {
    case exited(Int32)
    case signaled(Int32)

    init(code: Int32, status: Int32) { self = code == cl_CLD_EXITED ? .exited(status) : .signaled(status) }

    /// As a shell tells it: the status, or 128 and the signal.
    public var exitStatus: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }

    /// For an error's text.
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signaled(let signal): "killed by signal \(signal)"
        }
    }
}

/// A process of ours, by its pidfd: the number can not come to mean another process.
public struct ChildProcess: ~Copyable {
    /// In our PID namespace.
    public let pid: Int32
    public let pidfd: SharedDescriptor

    public init(pid: Int32, pidfd: consuming OwnedDescriptor) {
        self.pid = pid
        self.pidfd = SharedDescriptor(pidfd)
    }

    /// A process that may be anybody's child. Man: pidfd_open(2).
    public init(opening pid: Int32) throws(KernelError) {
        self.pid = pid
        pidfd = SharedDescriptor(OwnedDescriptor(owning: try check(.pidfd_open, cl_pidfd_open(pid, 0), "\(pid)")))
    }

    /// The new process is our sibling: our parent's child. Its exit signal must then be 0.
    public static let siblingFlag = UInt64(CL_CLONE_PARENT)

    /// Clones this process, its memory copied; nil in the child. The process must have one thread.
    ///
    /// Man: clone(2). `cgroup` is a directory of cgroup2 that the child starts in.
    public static func clone(flags: UInt64, exitSignal: Int32 = SIGCHLD, cgroup: SharedDescriptor? = nil) throws(KernelError) -> ChildProcess? {
        // What is buffered would be written twice.
        fflush(nil)
        var pidfd: Int32 = -1
        let pid = try check(.clone3, cl_clone3(flags, exitSignal, &pidfd, cgroup?.rawValue ?? -1))
        return pid == 0 ? nil : ChildProcess(pid: pid, pidfd: OwnedDescriptor(owning: pidfd))
    }

    /// Starts a program. The descriptors become its 0, 1, 2, …; each is its own number already, or above all of theirs.
    /// Nothing else is inherited, no signal is blocked, every action is the default one. It starts in `directory`, or in ours.
    /// Man: posix_spawn(3).
    public static func spawn(
        _ path: String, arguments: [String], environment: [String], descriptors: [Int32], directory: SharedDescriptor? = nil
    ) throws(KernelError) -> ChildProcess {
        let argv = CStringArray(arguments), envp = CStringArray(environment)
        return try ChildProcess(
            opening: try check(
                .posix_spawn, cl_spawn(path, argv.pointer, envp.pointer, descriptors, Int32(descriptors.count), directory?.rawValue ?? -1), path))
    }

    public func signal(_ number: Int32) throws(KernelError) {
        try check(.pidfd_send_signal, cl_pidfd_send_signal(pidfd.rawValue, number), "\(pid)")
    }

    /// Kills it and whoever else is in the process group that it leads. It has not been reaped: its number is still its group's.
    public func killGroup() throws(KernelError) { try checkErrno(.kill, Glibc.kill(-pid, SIGKILL), "\(pid)") }

    /// Waits until nobody is left in the process group that it leads, or led; false where the time ran out.
    public func waitUntilGroupIsGone(until deadline: Deadline) throws(KernelError) -> Bool {
        // Nothing tells of the end of somebody else's children.
        while Glibc.kill(-pid, 0) == 0 || errno == EPERM {
            if deadline.hasPassed { return false }
            try CurrentProcess.sleep(milliseconds: 5)
        }
        return true
    }

    /// Waits for a child of ours and reaps it.
    public func wait() throws(KernelError) -> Termination {
        var pid: pid_t = 0, code: Int32 = 0, status: Int32 = 0
        try check(.waitid, retryOnInterrupt { cl_waitid_pidfd(pidfd.rawValue, cl_WEXITED | cl_WALL, &pid, &code, &status) }, "\(self.pid)")
        return Termination(code: code, status: status)
    }

    /// Waits until a process that may be nobody's child of ours has ended; false where the time ran out.
    public func waitUntilGone(until deadline: Deadline) throws(KernelError) -> Bool { try pidfd.waitUntilReadable(until: deadline) }

    /// The same for as long as it takes.
    public func waitUntilGone() throws(KernelError) {
        _ = try Readiness.wait(for: [(pidfd, .readable)])
    }

    /// Reaps any one child that has ended, without waiting; nil where none has. Errors: ECHILD where there is no child.
    public static func reapAny() throws(KernelError) -> (pid: Int32, termination: Termination)? {
        var pid: pid_t = 0, code: Int32 = 0, status: Int32 = 0
        try check(.waitid, retryOnInterrupt { cl_waitid_pid(0, cl_WEXITED | cl_WNOHANG | cl_WALL, &pid, &code, &status) })
        if pid == 0 { return nil }
        return (pid, Termination(code: code, status: status))
    }
}
