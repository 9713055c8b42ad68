/// An address of a network interface, as it is taken from one network namespace to another. Man: rtnetlink(7), RTM_NEWADDR.
public struct InterfaceAddress: Sendable, Equatable {
    /// One attribute of the message, as the kernel wrote it.
    struct Attribute: Sendable, Equatable {
        let type: UInt16
        let bytes: [UInt8]
    }

    /// AF_INET or AF_INET6.
    let family: UInt8
    let prefixLength: UInt8
    let attributes: [Attribute]
}

extension InterfaceAddress {
    /// struct ifaddrmsg and what follows it.
    struct Message {
        let index: UInt32
        let isPermanent: Bool
        /// RT_SCOPE_UNIVERSE: it is valid beyond its link and its host.
        let isUniversal: Bool
        let value: InterfaceAddress
    }

    /// Source: linux/if_addr.h
    private enum AttributeType {
        static let address: UInt16 = 1
        static let local: UInt16 = 2
        static let broadcast: UInt16 = 4
        static let flags: UInt16 = 8
    }

    private static let messageSize = 8
    private static let permanent: UInt32 = 0x80
    /// Those that a person gives: no duplicate detection, a home address, temporary ones beside it, no route, multicast.
    private static let givenFlags: UInt32 = 0x02 | 0x10 | 0x100 | 0x200 | 0x400

    static func parse(_ message: [UInt8]) -> Message? {
        guard message.count >= messageSize else { return nil }
        var flags = UInt32(message[2])
        var attributes: [Attribute] = []
        for attribute in NetlinkRequest.attributes(message[messageSize...]) {
            switch attribute.type {
            case AttributeType.address, AttributeType.local, AttributeType.broadcast:
                attributes.append(Attribute(type: attribute.type, bytes: attribute.bytes))
            case AttributeType.flags: flags = NetlinkRequest.word(attribute.bytes, at: 0)
            default: break  // The label, which names the interface, and what the kernel counts.
            }
        }
        let given = withUnsafeBytes(of: flags & givenFlags, Array.init)
        attributes.append(Attribute(type: AttributeType.flags, bytes: given))
        return Message(
            index: NetlinkRequest.word(message, at: 4), isPermanent: flags & permanent != 0, isUniversal: message[3] == 0,
            value: InterfaceAddress(family: message[0], prefixLength: message[1], attributes: attributes))
    }
}
