import CSeccomp
import Glibc
import RuntimeSpec

/// What a filter returns to the kernel for each action. Man: seccomp(2)
extension SeccompAction {
    /// Whether the system call may take place; under a tracer it may.
    var isPermissive: Bool {
        switch self {
        case .allow, .log, .notify, .trace: true
        case .errno, .kill, .killProcess, .killThread, .trap: false
        }
    }

    /// The largest `errnoRet`; nil where the action takes none.
    var largestErrno: UInt32? {
        switch self {
        case .errno: 4094  // libseccomp's limit; the kernel would silently take 4095 for any larger.
        case .trace: UInt32(SECCOMP_RET_DATA)
        case .allow, .kill, .killProcess, .killThread, .log, .notify, .trap: nil
        }
    }

    /// `SECCOMP_RET_*` with the errno in the low half, which is what libseccomp's SCMP_ACT_* are too.
    ///
    /// `errnoRet` is nil or within `largestErrno`; nil is EPERM. Spec: config-linux.md, "Seccomp"
    func returnValue(errnoRet: UInt32?) -> UInt32 {
        let errno = errnoRet ?? UInt32(EPERM)
        return switch self {
        case .allow: UInt32(SECCOMP_RET_ALLOW)
        case .errno: UInt32(SECCOMP_RET_ERRNO) | errno
        case .kill, .killThread: UInt32(SECCOMP_RET_KILL_THREAD)
        case .killProcess: UInt32(SECCOMP_RET_KILL_PROCESS)
        case .log: UInt32(SECCOMP_RET_LOG)
        case .notify: UInt32(SECCOMP_RET_USER_NOTIF)
        case .trace: UInt32(SECCOMP_RET_TRACE) | errno
        case .trap: UInt32(SECCOMP_RET_TRAP)
        }
    }
}
