import CDBus
import LinuxKernel
import SystemPackage

/// A connection of our own to a message bus; one call at a time.
///
/// libdbus writes and reads the messages and addresses. The socket is ours, for libdbus presents our uid as we see it,
/// which a bus outside of our user namespace takes for another's. We present none, and so are who the socket says we are,
/// as sd-bus does it. Spec: D-Bus Specification, "Authentication Protocol", EXTERNAL.
final class BusConnection {
    private static let answerMilliseconds: Int32 = 25_000

    private let socket: OwnedDescriptor
    private var received: [UInt8] = []
    private var lastSerial: UInt32 = 0
    private var signals: [BusMessage] = []

    /// Connects to the first of an address's places that is there. Errors: the last one's.
    init(address: String) throws(BusError) {
        socket = try Self.connect(address)
        try authenticate()
        _ = try call(.bus("Hello"))
    }

    /// Returns what the answer holds. Signals that come before it are kept.
    func call(_ method: BusMethod, _ arguments: [BusValue] = []) throws(BusError) -> [BusValue] {
        lastSerial += 1
        try send(try BusMessage.call(method, arguments, serial: lastSerial))
        let deadline = Deadline(milliseconds: Self.answerMilliseconds)
        while true {
            guard let message = try next(until: deadline) else { throw .noAnswer(afterMilliseconds: Self.answerMilliseconds) }
            switch message.kind {
            case .answer where message.answered == lastSerial: return message.body
            case .error where message.answered == lastSerial:
                throw .refused(name: message.name, message: message.body.first?.string ?? "no reason given")
            case .signal: signals.append(message)
            default: continue
            }
        }
    }

    /// The next signal, one that was kept first; nil where none comes in time.
    func nextSignal(until deadline: Deadline) throws(BusError) -> BusMessage? {
        if !signals.isEmpty { return signals.removeFirst() }
        while let message = try next(until: deadline) {
            if message.kind == .signal { return message }
        }
        return nil
    }

    // MARK: connecting

    private static func connect(_ address: String) throws(BusError) -> OwnedDescriptor {
        var entries: UnsafeMutablePointer<OpaquePointer?>?
        var count: Int32 = 0
        var failure = DBusError()
        dbus_error_init(&failure)
        defer { dbus_error_free(&failure) }
        guard dbus_parse_address(address, &entries, &count, &failure) != 0 else { throw .malformed("the address \(address): \(String(cString: failure.message))") }
        defer { dbus_address_entries_free(entries) }
        var last = BusError.malformed("the address \(address): no unix socket")
        for index in 0..<Int(count) {
            guard let entry = entries?[index], String(cString: dbus_address_entry_get_method(entry)) == "unix" else { continue }
            do throws(KernelError) {
                if let path = dbus_address_entry_get_value(entry, "path") { return try MessageSocket.connectStream(to: String(cString: path)) }
                if let name = dbus_address_entry_get_value(entry, "abstract") { return try MessageSocket.connectStream(toAbstract: String(cString: name)) }
            } catch { last = .connection(error) }
        }
        throw last
    }

    private func authenticate() throws(BusError) {
        try send(Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
        let deadline = Deadline(milliseconds: Self.answerMilliseconds)
        for expected in ["DATA", "OK"] {
            let line = try nextLine(until: deadline)
            guard line.split(separator: " ").first.map(String.init) == expected else {
                throw .refused(name: "org.freedesktop.DBus.Error.AuthFailed", message: "the bus does not take us for a user of it (\(line))")
            }
        }
    }

    private func nextLine(until deadline: Deadline) throws(BusError) -> String {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = received[..<end].filter { $0 != UInt8(ascii: "\r") }
                received.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            // No line of the protocol is as long.
            guard received.count < 16384 else { throw .malformed("the beginning of the conversation") }
            guard try receive(until: deadline) else { throw .noAnswer(afterMilliseconds: Self.answerMilliseconds) }
        }
    }

    // MARK: bytes

    private func send(_ bytes: [UInt8]) throws(BusError) {
        do throws(KernelError) { try MessageSocket.send(bytes, over: socket) } catch { throw .connection(error) }
    }

    private func next(until deadline: Deadline) throws(BusError) -> BusMessage? {
        while true {
            if let length = try BusMessage.length(of: received), received.count >= length {
                defer { received.removeFirst(length) }
                return try BusMessage(Array(received[..<length]))
            }
            guard try receive(until: deadline) else { return nil }
        }
    }

    /// False where nothing came in time.
    private func receive(until deadline: Deadline) throws(BusError) -> Bool {
        do throws(KernelError) {
            guard try socket.waitUntilReadable(until: deadline) else { return false }
            let bytes = try socket.readSome()
            guard !bytes.isEmpty else { throw KernelError(.read, .connectionReset) }
            received += bytes
            return true
        } catch { throw .connection(error) }
    }
}

extension BusMethod {
    /// One of the bus's own. Spec: D-Bus Specification, "Message Bus Messages".
    static func bus(_ member: String) -> BusMethod {
        BusMethod(destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", member: member)
    }
}
