import CLinux
import Glibc
import SystemPackage

/// Waits for several descriptors at once. Man: poll(2).
public enum Readiness {
    public enum Event: Sendable {
        case readable
        case writable
        /// The contents of a file of the kernel are others than those that were read.
        case changed

        fileprivate var flag: Int16 {
            switch self {
            case .readable: Int16(POLLIN)
            case .writable: Int16(POLLOUT)
            case .changed: Int16(POLLPRI)
            }
        }
    }

    /// One without a descriptor, or with the closed end of a pipe, is passed over.
    public typealias Awaited = (descriptor: (any Descriptor)?, event: Event)

    /// Which of them are ready, be it for an error or an end, in their order; none where the time ran out.
    public static func wait(for awaited: [Awaited], until deadline: Deadline? = nil) throws(KernelError) -> [Bool] {
        try answers(for: awaited, until: deadline).map { $0 != .nothing }
    }

    public enum Answer: Sendable {
        case nothing
        /// What was waited for.
        case event
        /// An error or an end, and nothing else.
        case end
    }

    /// The same, with what it is that they are ready for.
    public static func answers(for awaited: [Awaited], until deadline: Deadline? = nil) throws(KernelError) -> [Answer] {
        var entries = awaited.map { pollfd(fd: $0.descriptor?.rawValue ?? -1, events: $0.event.flag, revents: 0) }
        try check(.poll, retryOnInterrupt { cl_poll(&entries, entries.count, deadline?.leftMilliseconds ?? -1) })
        return entries.map { $0.revents == 0 ? .nothing : $0.revents & $0.events != 0 ? .event : .end }
    }
}
