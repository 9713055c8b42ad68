import CLinux
import Glibc
import SystemPackage

/// The network interfaces of the network namespace in which it is opened. Man: rtnetlink(7), netlink(7).
public struct RouteSocket {
    private let socket: SharedDescriptor

    public init() throws(KernelError) {
        let route: Int32 = 0  // NETLINK_ROUTE
        let fd = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), route)
        try checkErrno(.socket, fd, "NETLINK_ROUTE")
        socket = SharedDescriptor(OwnedDescriptor(owning: fd))
    }

    /// Errors: ENODEV.
    public func index(of name: String) throws(KernelError) -> UInt32 {
        var request = NetlinkRequest(.getLink, flags: 0)
        request.append(InterfaceMessage())
        request.append(attribute: InterfaceAttribute.name, Array(name.utf8) + [0])
        for reply in try replies(to: request, name) where reply.type == NetlinkRequest.Kind.newLink.rawValue {
            return InterfaceMessage(reply.payload).index
        }
        throw KernelError(.recvmsg, .noSuchDevice, name)
    }

    /// The addresses of an interface that were given to it and hold everywhere: those that outlive a change of namespaces.
    public func permanentAddresses(of index: UInt32) throws(KernelError) -> [InterfaceAddress] {
        var request = NetlinkRequest(.getAddress, flags: NetlinkRequest.dump)
        request.append([UInt8](repeating: 0, count: 8))  // struct ifaddrmsg of any family
        return try replies(to: request, "").compactMap { reply in
            guard reply.type == NetlinkRequest.Kind.newAddress.rawValue, let address = InterfaceAddress.parse(reply.payload) else { return nil }
            return address.index == index && address.isPermanent && address.isUniversal ? address.value : nil
        }
    }

    /// Whether an interface of another network namespace has this name.
    public func isTaken(_ name: String, in namespace: borrowing some Descriptor & ~Copyable) throws(KernelError) -> Bool {
        var request = NetlinkRequest(.getLink, flags: 0)
        request.append(InterfaceMessage())
        request.append(attribute: InterfaceAttribute.targetNamespaceNumber, try number(of: namespace))
        request.append(attribute: InterfaceAttribute.name, Array(name.utf8) + [0])
        do throws(KernelError) { _ = try replies(to: request, name) } catch {
            if error.errno == .noSuchDevice { return false }
            throw error
        }
        return true
    }

    /// By which our network namespace knows another one, from now on at the latest. Man: rtnetlink(7), RTM_NEWNSID.
    private func number(of namespace: borrowing some Descriptor & ~Copyable) throws(KernelError) -> UInt32 {
        func request(_ kind: NetlinkRequest.Kind, flags: UInt16) -> NetlinkRequest {
            var request = NetlinkRequest(kind, flags: flags)
            request.append([0, 0, 0, 0])  // struct rtgenmsg
            request.append(attribute: NamespaceAttribute.descriptor, UInt32(namespace.rawValue))
            return request
        }
        var making = request(.newNamespaceNumber, flags: NetlinkRequest.acknowledge)
        making.append(attribute: NamespaceAttribute.number, UInt32.max)
        do throws(KernelError) { _ = try replies(to: making, "") } catch {
            guard error.errno == .fileExists else { throw error }
        }
        for reply in try replies(to: request(.getNamespaceNumber, flags: 0), "") {
            let attributes = NetlinkRequest.attributes(reply.payload.dropFirst(4))
            if let number = attributes.first(where: { $0.type == NamespaceAttribute.number }) { return NetlinkRequest.word(number.bytes, at: 0) }
        }
        throw KernelError(.recvmsg, .badMessage, "RTM_GETNSID")
    }

    /// Moves an interface to another network namespace. Errors: EINVAL where it is bound to its namespace, as `lo` is; EEXIST
    /// where one there has that name, and then it has been moved.
    ///
    /// - Parameters:
    ///   - newName: what it is called there; with `%d` the kernel finds a number.
    ///   - newIndex: its number there, where it is to be known (Linux 5.13); EBUSY where that is taken.
    public func move(
        _ index: UInt32, to namespace: borrowing some Descriptor & ~Copyable, newName: String, newIndex: UInt32? = nil
    ) throws(KernelError) {
        var request = NetlinkRequest(.setLink, flags: NetlinkRequest.acknowledge)
        request.append(InterfaceMessage(index: index))
        request.append(attribute: InterfaceAttribute.namespaceDescriptor, UInt32(namespace.rawValue))
        request.append(attribute: InterfaceAttribute.name, Array(newName.utf8) + [0])
        if let newIndex { request.append(attribute: InterfaceAttribute.newIndex, newIndex) }
        _ = try replies(to: request, newName)
    }

    public func add(_ address: InterfaceAddress, to index: UInt32) throws(KernelError) {
        var request = NetlinkRequest(.newAddress, flags: NetlinkRequest.acknowledge | NetlinkRequest.create | NetlinkRequest.exclusive)
        request.append([address.family, address.prefixLength, 0, 0])
        request.append(index)
        for attribute in address.attributes { request.append(attribute: attribute.type, attribute.bytes) }
        _ = try replies(to: request, "")
    }

    public func bringUp(_ index: UInt32) throws(KernelError) {
        var request = NetlinkRequest(.setLink, flags: NetlinkRequest.acknowledge)
        request.append(InterfaceMessage(index: index, flags: UInt32(IFF_UP), changedFlags: UInt32(IFF_UP)))
        _ = try replies(to: request, "")
    }

    // MARK: messages

    private struct Reply {
        let type: UInt16
        let payload: [UInt8]
    }

    /// Sends a request and reads its answer to the end: an acknowledgement, one message, or the last of many.
    private func replies(to request: NetlinkRequest, _ subject: String) throws(KernelError) -> [Reply] {
        let bytes = request.bytes
        let sent = try check(.sendmsg, retryOnInterrupt { cl_send(socket.rawValue, bytes, bytes.count, nil, 0) }, subject)
        guard sent == bytes.count else { throw KernelError(.sendmsg, .messageTooLong, subject) }
        var replies: [Reply] = []
        while true {
            var rest = try receive(subject)[...]
            while let message = NetlinkRequest.nextMessage(&rest) {
                switch message.type {
                case NetlinkRequest.errorType:
                    let errno = Int32(bitPattern: NetlinkRequest.word(message.payload, at: 0))
                    if errno != 0 { throw KernelError(.recvmsg, Errno(rawValue: -errno), subject) }
                    return replies
                case NetlinkRequest.doneType: return replies
                default:
                    replies.append(Reply(type: message.type, payload: message.payload))
                    if !message.isOneOfMany { return replies }
                }
            }
        }
    }

    private func receive(_ subject: String) throws(KernelError) -> [UInt8] {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            var noDescriptors = 0
            length = retryOnInterrupt { cl_receive(socket.rawValue, buffer.baseAddress, buffer.count, nil, &noDescriptors) }
            count = max(0, length)
        }
        try check(.recvmsg, length, subject)
        if bytes.isEmpty { throw KernelError(.recvmsg, .ioError, subject) }
        return bytes
    }
}

extension Errno {
    /// ENODEV.
    public static var noSuchDevice: Errno { Errno(rawValue: Glibc.ENODEV) }
}
