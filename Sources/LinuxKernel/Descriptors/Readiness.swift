import CLinux
import Glibc
import SystemPackage

/// Waits for several descriptors at once. Man: poll(2).
public enum Readiness {
    public enum Event: Sendable {
        case readable
        /// The contents of a file of the kernel are others than those that were read.
        case changed

        fileprivate var flag: Int16 { self == .readable ? Int16(POLLIN) : Int16(POLLPRI) }
    }

    /// Which of them are ready, in their order; none where the time ran out.
    public static func wait(
        for waited: [(descriptor: SharedDescriptor, event: Event)], timeoutMilliseconds: Int32
    ) throws(KernelError) -> [Bool] {
        var entries = waited.map { pollfd(fd: $0.descriptor.rawValue, events: $0.event.flag, revents: 0) }
        try check(.poll, retryOnInterrupt { cl_poll(&entries, entries.count, timeoutMilliseconds) })
        return entries.map { $0.revents != 0 }
    }
}
