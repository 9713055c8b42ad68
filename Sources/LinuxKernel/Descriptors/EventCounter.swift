import CLinux
import Glibc

/// A number that the kernel counts up, and that reading sets back. Man: eventfd(2).
public struct EventCounter: Sendable {
    public let descriptor: SharedDescriptor

    public init() throws(KernelError) { descriptor = SharedDescriptor(OwnedDescriptor(owning: try check(.eventfd2, cl_eventfd()))) }

    /// Does not wait.
    public func take() throws(KernelError) -> UInt64 {
        var count: UInt64 = 0
        let read = retryOnInterrupt { let n = Glibc.read(descriptor.rawValue, &count, 8); return n < 0 ? -Int(Glibc.errno) : n }
        if read == -Int(EAGAIN) { return 0 }
        try check(.read, read)
        return count
    }
}
