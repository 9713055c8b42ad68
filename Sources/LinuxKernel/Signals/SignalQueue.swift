import CLinux
import Glibc
import SystemPackage

/// All signals, blocked and read from a descriptor instead: no handler ever runs. Man: signalfd(2).
public struct SignalQueue: Descriptor {
    private let descriptor: SharedDescriptor

    /// Signals that tell of a fault of our own, or cannot be blocked, stay as they are.
    private static let untouched: [Int32] = [SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS]

    public init() throws(KernelError) {
        var mask = UInt64.max
        for signal in Self.untouched { mask &= ~(1 << UInt64(signal - 1)) }
        try check(.rt_sigprocmask, cl_sigprocmask_set(mask, nil))
        descriptor = SharedDescriptor(OwnedDescriptor(owning: try check(.signalfd4, cl_signalfd(mask))))
    }

    /// Readable where a signal waits.
    public var rawValue: Int32 { descriptor.rawValue }

    /// The next signal that waits, if any.
    public func next() throws(KernelError) -> Int32? {
        let signal = retryOnInterrupt { cl_signalfd_next(descriptor.rawValue) }
        if signal == -EAGAIN { return nil }
        return try check(.read, signal)
    }

    /// In a child that goes on to another program: nothing blocked, every action the default one.
    public static func restoreDefaults() throws(KernelError) {
        try check(.rt_sigaction, cl_signal_reset_all())
        try check(.rt_sigprocmask, cl_sigprocmask_set(0, nil))
    }

    /// Until the next execve these end us, also as init of a PID namespace, whose default is to take no notice of them. Man:
    /// pid_namespaces(7), "The namespace init process".
    public static func endAt(_ signals: Int32...) throws(KernelError) {
        for signal in signals { try check(.rt_sigaction, cl_signal_end_at(signal)) }
    }
}
