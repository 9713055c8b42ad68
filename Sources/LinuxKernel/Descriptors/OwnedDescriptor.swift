import CLinux
import Glibc
import SystemPackage

/// A descriptor that is closed after its owner's last use of it.
public struct OwnedDescriptor: Descriptor, ~Copyable, Sendable {
    public let rawValue: Int32

    /// Takes over a descriptor that nobody else closes.
    public init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { Glibc.close(rawValue) }

    /// Gives the descriptor away: the caller closes it.
    public consuming func release() -> Int32 {
        let rawValue = self.rawValue
        discard self
        return rawValue
    }
}

/// A descriptor that several may refer to: closed with the last of them.
public final class SharedDescriptor: Descriptor, Sendable {
    private let descriptor: OwnedDescriptor

    public init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    public var rawValue: Int32 { descriptor.rawValue }
}
