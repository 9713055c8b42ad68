import Testing

@testable import LinuxKernel

/// Bytes as rtnetlink(7) has them, on a little-endian machine.
@Suite struct NetlinkTests {
    @Test func aRequestHasAHeader() {
        var request = NetlinkRequest(.setLink, flags: NetlinkRequest.acknowledge)
        request.append(InterfaceMessage(index: 7, flags: 1, changedFlags: 1))
        request.append(attribute: InterfaceAttribute.name, Array("ab".utf8) + [0])
        request.append(attribute: InterfaceAttribute.namespaceDescriptor, 5)
        #expect(request.bytes == [
            48, 0, 0, 0, 19, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0,
            7, 0, 3, 0, 0x61, 0x62, 0, 0, 8, 0, 28, 0, 5, 0, 0, 0,
        ])
    }

    @Test func messagesAreTakenOneByOne() throws {
        let bytes: [UInt8] = [18, 0, 0, 0, 20, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 9, 0, 0] + [16, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var rest = bytes[...]
        let first = try #require(NetlinkRequest.nextMessage(&rest))
        #expect(first.type == 20 && first.isOneOfMany && first.payload == [8, 9])
        let second = try #require(NetlinkRequest.nextMessage(&rest))
        #expect(second.type == NetlinkRequest.doneType && !second.isOneOfMany && second.payload.isEmpty)
        #expect(NetlinkRequest.nextMessage(&rest) == nil)
    }

    @Test(arguments: [[], [1, 2, 3], [200, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]])
    func whatIsCutOffIsNoMessage(_ bytes: [UInt8]) {
        var rest = bytes[...]
        #expect(NetlinkRequest.nextMessage(&rest) == nil)
    }

    private static let address: [UInt8] = [8, 0, 1, 0, 10, 0, 0, 1]
    private static let label: [UInt8] = [7, 0, 3, 0, 0x61, 0x62, 0, 0]

    /// Family, prefix, flags, scope, index; then attributes, of which the flags say more.
    @Test(arguments: [
        ([2, 24, 0x80, 0, 7, 0, 0, 0], true, true), ([2, 24, 0, 0, 7, 0, 0, 0], false, true), ([2, 24, 0x80, 253, 7, 0, 0, 0], true, false),
    ] as [([UInt8], Bool, Bool)])
    func anAddress(_ header: [UInt8], _ isPermanent: Bool, _ isUniversal: Bool) throws {
        let message = try #require(InterfaceAddress.parse(header + Self.label + Self.address))
        #expect(message.index == 7 && message.isPermanent == isPermanent && message.isUniversal == isUniversal)
        #expect(message.value == InterfaceAddress(
            family: 2, prefixLength: 24, attributes: [.init(type: 1, bytes: [10, 0, 0, 1]), .init(type: 8, bytes: [0, 0, 0, 0])]))
    }

    @Test func flagsThatWereGivenAreKept() throws {
        let message = try #require(InterfaceAddress.parse([10, 64, 0, 0, 7, 0, 0, 0] + [8, 0, 8, 0, 0x82, 2, 0, 0]))
        #expect(message.isPermanent && message.value.attributes == [.init(type: 8, bytes: [2, 2, 0, 0])])
    }

    @Test func whatIsCutOffIsNoAddress() { #expect(InterfaceAddress.parse([2, 24, 0]) == nil) }
}
