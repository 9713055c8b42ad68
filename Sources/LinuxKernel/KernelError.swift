import Glibc
import SystemPackage

/// The kernel's calls that this runtime makes, by their kernel names. `code` crosses the socket between child and parent,
/// so that a failed child names its call in one byte.
public enum KernelCall: String, Sendable, CaseIterable {
    case unknown
    case clone3, unshare, setns, pidfd_open, pidfd_send_signal, waitid, execve, prctl, prlimit64, sethostname, setdomainname
    case personality, keyctl, seccomp, bpf, setresuid, setresgid, setgroups, getgroups, capset, capget
    case open, openat2, close_range, mknod, fchown, fchmod, fstat, statfs, memfd_create, fcntl, ioctl, flock, pipe2, getdents64, getxattr
    case getcwd, chdir, chroot, read, write, lseek, mkdir, symlink, unlink, rmdir, rename, mkfifo, dup2, fsync, sendfile, umask
    case mount, umount2, pivot_root, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
    case socket, socketpair, sendmsg, recvmsg, connect, bind, signalfd4, rt_sigprocmask, rt_sigaction, poll, setsid, posix_spawn, kill
    case readlink, access, eventfd2, sched_setattr, sched_setaffinity, ioprio_set, set_mempolicy, statx, flistxattr, fgetxattr, fsetxattr

    public var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self)!) }

    public init(code: UInt8) { self = Self.allCases.indices.contains(Int(code)) ? Self.allCases[Int(code)] : .unknown }
}

/// A call of the kernel that failed: which, how, and on what.
public struct KernelError: Error, Sendable, Equatable, CustomStringConvertible {
    public let call: KernelCall
    public let errno: Errno
    /// What the call was made on (a path, an option, a pid); empty where the call says enough.
    public let subject: String

    public init(_ call: KernelCall, _ errno: Errno, _ subject: String = "") {
        self.call = call
        self.errno = errno
        self.subject = subject
    }

    /// The same failure, told of something that whoever met it could not name.
    public func about(_ subject: String) -> KernelError { KernelError(call, errno, subject) }

    public var description: String {
        subject.isEmpty ? "\(call.rawValue): \(errno.text)" : "\(call.rawValue) \(subject): \(errno.text)"
    }
}

extension Errno {
    /// The error's text as every tool prints it, in lower case: engines match these words.
    public var text: String {
        let text = String(cString: strerror(rawValue))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

/// Turns a `-errno` result into a thrown error. The subject is only worked out where the call failed.
@discardableResult @inline(__always)
func check<Result: SignedInteger>(
    _ call: KernelCall, _ result: Result, _ subject: @autoclosure () -> String = ""
) throws(KernelError) -> Result {
    guard result < 0 else { return result }
    throw KernelError(call, Errno(rawValue: Int32(-result)), subject())
}

/// The same for a call of libc's that sets errno.
@discardableResult @inline(__always)
func checkErrno<Result: SignedInteger>(
    _ call: KernelCall, _ result: Result, _ subject: @autoclosure () -> String = ""
) throws(KernelError) -> Result {
    guard result < 0 else { return result }
    throw KernelError(call, Errno(rawValue: Glibc.errno), subject())
}

/// Repeats a call that a signal interrupted.
@inline(__always)
func retryOnInterrupt<Result: SignedInteger>(_ body: () -> Result) -> Result {
    while true {
        let result = body()
        if result != -Result(EINTR) { return result }
    }
}
