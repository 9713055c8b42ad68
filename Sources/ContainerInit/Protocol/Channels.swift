import Glibc
import LinuxKernel
import SystemPackage

/// The two ends before the clone: each process then takes its own and closes the other's.
public struct ChannelPair: ~Copyable {
    private let parentEnd: Int32
    private let childEnd: Int32

    public init() throws(KernelError) { (parentEnd, childEnd) = try MessageSocket.pair() }

    public consuming func parent() -> ParentChannel {
        close(childEnd)
        return ParentChannel(socket: MessageSocket(owning: OwnedDescriptor(owning: parentEnd)))
    }

    public consuming func child() -> ChildChannel {
        close(parentEnd)
        return ChildChannel(socket: MessageSocket(owning: OwnedDescriptor(owning: childEnd)))
    }
}

/// The runtime's end.
public struct ParentChannel: ~Copyable {
    let socket: MessageSocket

    public func send(_ message: ParentMessage) throws(KernelError) { try socket.send([message.rawValue]) }

    /// The child's next message; nil where it has closed its end: it died, or its execve succeeded.
    public func receive() throws(KernelError) -> Received? {
        guard var received = try socket.receive(roomBytes: ChildMessage.roomBytes) else { return nil }
        guard let message = ChildMessage(received.bytes) else { throw KernelError(.recvmsg, .badMessage) }
        return Received(message: message, descriptor: received.takeDescriptor())
    }

    /// The next message of one beside whom another may hold the child's end: nil where that one has ended without it.
    public func receive(from process: borrowing ChildProcess) throws(KernelError) -> Received? {
        try socket.descriptor.waitUntilReadable(or: process.pidfd) ? try receive() : nil
    }

    /// The failure among the messages that are there, without waiting for others; nil where there is none.
    public func unreadFailure() throws(KernelError) -> ChildFailure? {
        while try socket.descriptor.waitUntilReadable(until: .now) {
            guard let received = try receive() else { return nil }
            if case .failure(let failure) = received.message { return failure }
        }
        return nil
    }

    public struct Received: ~Copyable {
        public let message: ChildMessage
        public var descriptor: OwnedDescriptor?
    }
}

/// The child's end: of the process in between first, then of init, one after the other.
public struct ChildChannel: ~Copyable {
    let socket: MessageSocket

    /// What the last stage, which never returns, tells its failure over.
    var descriptor: FileDescriptor { FileDescriptor(rawValue: socket.descriptor.rawValue) }

    func send(_ message: ChildMessage) throws(KernelError) { try socket.send(message.encoded()) }

    func send(_ message: ChildMessage, passing descriptor: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try socket.send(message.encoded(), passing: descriptor)
    }

    /// Waits for one message. The runtime's death, or any other message, ends this process.
    func expect(_ message: ParentMessage) throws(KernelError) {
        guard let received = try socket.receive(roomBytes: 16), received.bytes == [message.rawValue] else { _exit(1) }
    }

    /// Tells the runtime why, and ends this process. Where not even that can be told, its end is message enough.
    func fail(_ failure: ChildFailure) -> Never {
        do throws(KernelError) { try send(.failure(failure)) } catch {}
        _exit(1)
    }
}
