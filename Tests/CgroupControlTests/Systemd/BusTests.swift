import Testing

@testable import CgroupControl

@Suite struct BusMessageTests {
    private static let method = BusMethod(destination: "org.example.A", path: "/org/example/A", interface: "org.example.I", member: "Do")

    @Test(arguments: [
        [], [.string("é"), .boolean(true), .boolean(false), .byte(255), .double(-1.5)],
        [.int16(-1), .uint16(.max), .int32(.min), .uint32(.max), .int64(.min), .uint64(.max)],
        [.objectPath("/a/b"), .signature("a(sv)")],
        [.array(of: "s", []), .array(of: "y", [.byte(1), .byte(2)]), .array(of: "(sa(sv))", [])],
        [.array(of: "(sv)", [.structure([.string("PIDs"), .variant(.array(of: "u", [.uint32(7)]))]), .structure([.string("Delegate"), .variant(.boolean(true))])])],
        [.array(of: "{sv}", [.entry(.string("a"), .variant(.uint64(1)))])],
        [.variant(.variant(.structure([.int32(1), .array(of: "as", [.array(of: "s", [.string("x")])])])))],
    ] as [[BusValue]])
    func whatIsWrittenIsRead(_ body: [BusValue]) throws {
        let bytes = try BusMessage.call(Self.method, body, serial: 9)
        #expect(try BusMessage.length(of: bytes) == bytes.count)
        #expect(try BusMessage.length(of: Array(bytes.prefix(8))) == nil)
        let message = try BusMessage(bytes)
        #expect(message.kind == .call)
        #expect(message.name == "Do")
        #expect(message.body == body)
    }

    @Test func whatIsNoMessageIsRefused() throws {
        #expect(throws: BusError.self) { try BusMessage.length(of: [UInt8](repeating: 0, count: 32)) }
        var bytes = try BusMessage.call(Self.method, [.string("text")], serial: 1)
        bytes[bytes.count - 1] = 1  // where the string's NUL was
        #expect(throws: BusError.self) { try BusMessage(bytes) }
        #expect(throws: BusError.self) { try BusMessage(Array(bytes.dropLast(2))) }
    }
}

@Suite struct BusAddressTests {
    @Test(arguments: [
        ([:], [1000], ["unix:path=/run/user/1000/bus"]),
        (["XDG_RUNTIME_DIR": "/run/user/1000"], [1000], ["unix:path=/run/user/1000/bus"]),
        (["XDG_RUNTIME_DIR": "relative"], [1000], ["unix:path=/run/user/1000/bus"]),
        (["XDG_RUNTIME_DIR": "/tmp/a b,é"], [0, 1000], ["unix:path=/tmp/a%20b%2c%c3%a9/bus", "unix:path=/run/user/0/bus", "unix:path=/run/user/1000/bus"]),
        (["DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": ""], [7], ["unix:path=/run/user/7/bus"]),
        (["DBUS_SESSION_BUS_ADDRESS": "unix:abstract=x", "XDG_RUNTIME_DIR": "/r"], [7], ["unix:abstract=x", "unix:path=/r/bus", "unix:path=/run/user/7/bus"]),
    ] as [([String: String], [UInt32], [String])])
    func theUsersOwn(_ environment: [String: String], _ uids: [UInt32], _ expected: [String]) {
        #expect(BusAddress.ofUser({ environment[$0] }, uids: uids).map(\.text) == expected)
    }

    @Test func theSystems() {
        #expect(BusAddress.ofSystem { _ in nil }.map(\.text) == ["unix:path=/run/dbus/system_bus_socket"])
        #expect(BusAddress.ofSystem { ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/x"][$0] }.map(\.text) == ["unix:path=/x"])
    }

    @Test(arguments: ["unix:path=/nowhere/runc-test", "unix:abstract=runc-test-nobody", "tcp:host=localhost,port=1", "", "nonsense", "unix:path=", "unix:path=/a%zz"])
    func whereNobodyAnswersIsAnError(_ address: String) {
        #expect(throws: BusError.self) { _ = try BusConnection(address: address) }
    }
}
