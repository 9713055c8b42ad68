/// A message to the kernel's network configuration, as bytes. Man: netlink(7), rtnetlink(7).
struct NetlinkRequest {
    /// Source: linux/rtnetlink.h
    enum Kind: UInt16 {
        case newLink = 16
        case getLink = 18
        case setLink = 19
        case newAddress = 20
        case getAddress = 22
        case newNamespaceNumber = 88
        case getNamespaceNumber = 90
    }

    static let acknowledge: UInt16 = 0x04
    static let dump: UInt16 = 0x300
    static let exclusive: UInt16 = 0x200
    static let create: UInt16 = 0x400

    static let errorType: UInt16 = 2
    static let doneType: UInt16 = 3
    private static let multipart: UInt16 = 0x02
    private static let headerSize = 16
    static let attributeHeaderSize = 4

    private let kind: Kind
    private let flags: UInt16
    private var payload: [UInt8] = []

    init(_ kind: Kind, flags: UInt16) {
        let request: UInt16 = 0x01
        self.kind = kind
        self.flags = flags | request
    }

    mutating func append(_ bytes: [UInt8]) { payload += bytes }
    mutating func append(_ number: UInt32) { payload += Self.bytes(number) }
    mutating func append(_ message: InterfaceMessage) { payload += message.bytes }
    mutating func append(attribute type: UInt16, _ number: UInt32) { append(attribute: type, Self.bytes(number)) }

    mutating func append(attribute type: UInt16, _ value: [UInt8]) {
        payload += Self.bytes(UInt16(Self.attributeHeaderSize + value.count)) + Self.bytes(type) + value
        payload += [UInt8](repeating: 0, count: Self.padding(of: value.count))
    }

    /// Length, type, flags, sequence, port; then what was appended.
    var bytes: [UInt8] {
        Self.bytes(UInt32(Self.headerSize + payload.count)) + Self.bytes(kind.rawValue) + Self.bytes(flags) + Self.bytes(UInt32(0))
            + Self.bytes(UInt32(0)) + payload
    }

    // MARK: reading

    /// Takes the next message from what was received; nil at its end, or where it is cut off.
    static func nextMessage(_ rest: inout ArraySlice<UInt8>) -> (type: UInt16, isOneOfMany: Bool, payload: [UInt8])? {
        let bytes = Array(rest.prefix(headerSize))
        guard bytes.count == headerSize else { return nil }
        let length = Int(word(bytes, at: 0))
        guard length >= headerSize, length <= rest.count else { return nil }
        let payload = Array(rest.prefix(length).dropFirst(headerSize))
        rest = rest.dropFirst(length + padding(of: length))
        return (half(bytes, at: 4), half(bytes, at: 6) & multipart != 0, payload)
    }

    /// The attributes that follow a message's fixed part.
    static func attributes(_ bytes: ArraySlice<UInt8>) -> [(type: UInt16, bytes: [UInt8])] {
        var rest = bytes, attributes: [(type: UInt16, bytes: [UInt8])] = []
        while rest.count >= attributeHeaderSize {
            let header = Array(rest.prefix(attributeHeaderSize))
            let length = Int(half(header, at: 0))
            guard length >= attributeHeaderSize, length <= rest.count else { break }
            attributes.append((half(header, at: 2), Array(rest.prefix(length).dropFirst(attributeHeaderSize))))
            rest = rest.dropFirst(length + padding(of: length))
        }
        return attributes
    }

    static func half(_ bytes: [UInt8], at offset: Int) -> UInt16 {
        bytes.count < offset + 2 ? 0 : bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt16.self) }
    }

    static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes.count < offset + 4 ? 0 : bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }

    /// All is aligned to four bytes.
    private static func padding(of size: Int) -> Int { (4 - size % 4) % 4 }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number, Array.init) }
}

/// struct ifinfomsg. Man: rtnetlink(7)
struct InterfaceMessage {
    let index: UInt32
    private let flags: UInt32
    private let changedFlags: UInt32

    init(index: UInt32 = 0, flags: UInt32 = 0, changedFlags: UInt32 = 0) {
        self.index = index
        self.flags = flags
        self.changedFlags = changedFlags
    }

    init(_ bytes: [UInt8]) { self.init(index: NetlinkRequest.word(bytes, at: 4)) }

    /// Family, padding and type are 0.
    var bytes: [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        for number in [index, flags, changedFlags] { withUnsafeBytes(of: number) { bytes += $0 } }
        return bytes
    }
}

/// Source: linux/if_link.h
enum InterfaceAttribute {
    static let name: UInt16 = 3
    static let namespaceDescriptor: UInt16 = 28
    static let targetNamespaceNumber: UInt16 = 46
    static let newIndex: UInt16 = 49
}

/// Source: linux/net_namespace.h
enum NamespaceAttribute {
    static let number: UInt16 = 1
    static let descriptor: UInt16 = 3
}
