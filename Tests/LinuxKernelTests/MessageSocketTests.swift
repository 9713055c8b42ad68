import LinuxKernel
import Testing

@Suite struct MessageSocketTests {
    /// Whoever fails may not have read all that we told, and what it told is the reason.
    @Test(arguments: [[], [[7]], [[7], [8, 9]]] as [[[UInt8]]], [true, false])
    func whatWasToldIsReadAfterTheEnd(_ told: [[UInt8]], _ leavesUnread: Bool) throws {
        let ends = try MessageSocket.pair()
        let ours = MessageSocket(owning: OwnedDescriptor(owning: ends.0)), theirs = MessageSocket(owning: OwnedDescriptor(owning: ends.1))
        if leavesUnread { try ours.send([1]) }
        for message in told { try theirs.send(message) }
        _ = consume theirs
        var read: [[UInt8]] = []
        while let received = try ours.receive(roomBytes: 16) { read.append(received.bytes) }
        #expect(read == told)
    }
}
