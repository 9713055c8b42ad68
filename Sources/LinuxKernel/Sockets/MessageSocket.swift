import CLinux
import Glibc
import SystemPackage

/// Messages with descriptors between two processes, each whole or not at all. Man: unix(7), SOCK_SEQPACKET.
public struct MessageSocket: ~Copyable {
    public let descriptor: OwnedDescriptor

    public init(owning descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    /// Two connected ends, as raw descriptors that the caller wraps: one of them belongs to another process after a clone.
    public static func pair() throws(KernelError) -> (Int32, Int32) {
        var fds: [Int32] = [-1, -1]
        try check(.socketpair, cl_socketpair_seqpacket(&fds))
        return (fds[0], fds[1])
    }

    public func send(_ bytes: [UInt8]) throws(KernelError) { try MessageSocket.send(bytes, over: descriptor) }

    public func send(_ bytes: [UInt8], passing passed: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try MessageSocket.send(bytes, passing: passed, over: descriptor)
    }

    /// One message over any connected Unix socket.
    public static func send(_ bytes: [UInt8], over socket: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try send(bytes, descriptors: [], over: socket)
    }

    /// The same with a descriptor that the receiver gets a copy of.
    public static func send(
        _ bytes: [UInt8], passing passed: borrowing some Descriptor & ~Copyable, over socket: borrowing some Descriptor & ~Copyable
    ) throws(KernelError) {
        try send(bytes, descriptors: [passed.rawValue], over: socket)
    }

    private static func send(_ bytes: [UInt8], descriptors: [Int32], over socket: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let sent = try check(.sendmsg, retryOnInterrupt { cl_send(socket.rawValue, bytes, bytes.count, descriptors, descriptors.count) })
        guard sent == bytes.count else { throw KernelError(.sendmsg, .messageTooLong) }
    }

    /// The next message, or nil where the other end is closed. At most one descriptor comes with it.
    public func receive(roomBytes: Int) throws(KernelError) -> Received? {
        var fd: Int32 = -1
        var fdCount = 1
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: roomBytes) { buffer, count in
            func receive() -> Int {
                retryOnInterrupt {
                    fdCount = 1
                    return cl_receive(descriptor.rawValue, buffer.baseAddress, buffer.count, &fd, &fdCount)
                }
            }
            length = receive()
            // The other end was closed before it had read everything: that is told once, before what it has sent.
            if length == -Int(ECONNRESET) { length = receive() }
            count = max(0, length)
        }
        if length == -Int(ECONNRESET) { return nil }
        try check(.recvmsg, length)
        if length == 0 { return nil }
        return Received(bytes: bytes, descriptor: fdCount == 1 ? OwnedDescriptor(owning: fd) : nil)
    }

    public struct Received: ~Copyable {
        public let bytes: [UInt8]
        public var descriptor: OwnedDescriptor?

        /// The descriptor that came along, given away once.
        public mutating func takeDescriptor() -> OwnedDescriptor? { descriptor.take() }
    }

    /// A stream socket connected to a path: where engines wait for a console or a pidfd.
    public static func connectStream(to path: String) throws(KernelError) -> OwnedDescriptor {
        let socket = OwnedDescriptor(owning: try check(.socket, cl_unix_socket(Int32(SOCK_STREAM.rawValue))))
        try check(.connect, retryOnInterrupt { cl_connect_unix(socket.rawValue, path, path.utf8.count) }, path)
        return socket
    }

    /// The same by an abstract name. Man: unix(7).
    public static func connectStream(toAbstract name: String) throws(KernelError) -> OwnedDescriptor {
        let socket = OwnedDescriptor(owning: try check(.socket, cl_unix_socket(Int32(SOCK_STREAM.rawValue))))
        let bytes = [0] + name.utf8.map(CChar.init(bitPattern:))
        try check(.connect, retryOnInterrupt { cl_connect_unix(socket.rawValue, bytes, bytes.count) }, "@" + name)
        return socket
    }

    /// A datagram socket bound to a path: where services tell that they are ready.
    public static func bindDatagram(to path: String) throws(KernelError) -> OwnedDescriptor {
        let socket = OwnedDescriptor(owning: try check(.socket, cl_unix_socket(Int32(SOCK_DGRAM.rawValue))))
        try check(.bind, cl_bind_unix(socket.rawValue, path, path.utf8.count), path)
        return socket
    }

    /// How long is waited for who does not read what others have sent.
    private static let patienceMilliseconds = 2000

    /// One datagram to an address: a path, or an abstract name that begins with `@`. Errors: EAGAIN where nobody reads there.
    public static func sendDatagram(_ bytes: [UInt8], to address: String) throws(KernelError) {
        let socket = OwnedDescriptor(owning: try check(.socket, cl_unix_socket(Int32(SOCK_DGRAM.rawValue))))
        var name = Array(address.utf8.map(CChar.init(bitPattern:)))
        if name.first == CChar(bitPattern: UInt8(ascii: "@")) { name[0] = 0 }
        try check(.connect, cl_connect_unix(socket.rawValue, name, name.count), address)
        try socket.setBlocking(false)
        _ = try Readiness.wait(for: [(FileDescriptor(rawValue: socket.rawValue), .writable)], until: Deadline(milliseconds: patienceMilliseconds))
        try send(bytes, over: socket)
    }

    /// The text of the next datagram; nil where it is empty.
    public static func receiveDatagram(from socket: borrowing some Descriptor & ~Copyable) throws(KernelError) -> String? {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            var noDescriptors = 0
            length = retryOnInterrupt { cl_receive(socket.rawValue, buffer.baseAddress, buffer.count, nil, &noDescriptors) }
            count = max(0, length)
        }
        try check(.recvmsg, length)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
}
