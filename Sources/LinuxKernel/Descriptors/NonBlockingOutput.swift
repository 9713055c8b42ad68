import CLinux
import Glibc
import SystemPackage

/// Where something is written to without waiting in write(2), where no signal reaches who has blocked them all. Only a terminal
/// that we may not open, because it is another user's, can still keep us.
public struct NonBlockingOutput {
    /// What to wait for with `Readiness`.
    public let descriptor: any Descriptor
    private let isSocket: Bool
    /// The most that is written at once.
    private let pieceBytes: Int

    /// - Parameter descriptor: whose open file description is nobody else's: it no longer blocks.
    public init(_ descriptor: SharedDescriptor) throws(KernelError) {
        try descriptor.setBlocking(false)
        (self.descriptor, isSocket, pieceBytes) = (descriptor, false, .max)
    }

    /// - Parameter inherited: whose open file description others have too, for whom it goes on to block.
    public init(inherited: FileDescriptor) throws(KernelError) {
        let status = try inherited.status(), isTerminal = Terminal.isTerminal(inherited)
        isSocket = status.isSocket
        // The multiplexer, opened again, is another terminal.
        if status.isFIFO || (isTerminal && !status.isCharacterDevice(5, 2)), let own = Self.reopened(inherited) {
            (descriptor, pieceBytes) = (own, .max)
        } else {
            // A pipe has room for a page then; a terminal for one byte at least, and for little more it seldom keeps us.
            (descriptor, pieceBytes) = (inherited, isTerminal ? 64 : status.isFIFO ? Int(PIPE_BUF) : .max)
        }
    }

    /// An open file description of our own. nil where there is none to be had: the terminal is another user's, the pipe has no reader.
    private static func reopened(_ inherited: FileDescriptor) -> SharedDescriptor? {
        do throws(KernelError) {
            return SharedDescriptor(try ProcessFileSystem().reopen(inherited, [.writeOnly, .nonBlocking, .noControllingTerminal]))
        } catch { return nil }
    }

    /// Called where poll(2) says that there is room. How many bytes it has taken, which may be none.
    public func write(_ bytes: ArraySlice<UInt8>) throws(KernelError) -> Int {
        let written = bytes.prefix(pieceBytes).withUnsafeBytes { piece in
            retryOnInterrupt {
                if isSocket { return cl_send_now(descriptor.rawValue, piece.baseAddress, piece.count) }
                let n = Glibc.write(descriptor.rawValue, piece.baseAddress, piece.count)
                return n < 0 ? -Int(Glibc.errno) : n
            }
        }
        return written == -Int(EAGAIN) ? 0 : try check(.write, written)
    }
}
