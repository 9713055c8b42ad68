import CDBus

/// A message as it goes over a bus; libdbus writes and reads its bytes.
struct BusMessage: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case call, answer, error, signal
        /// Of a type that this version of D-Bus does not know: to be ignored.
        case unknown
    }

    let kind: Kind
    /// Of the call that is answered.
    let answered: UInt32
    /// A signal's interface and name, `org.freedesktop.systemd1.Manager.JobRemoved`; an error's name.
    let name: String
    let body: [BusValue]

    /// The length of the message that begins here, as far as it has arrived; nil where that cannot be told yet.
    static func length(of bytes: [UInt8]) throws(BusError) -> Int? {
        guard bytes.count >= DBUS_MINIMUM_HEADER_SIZE else { return nil }
        let needed = bytes.withUnsafeBytes {
            dbus_message_demarshal_bytes_needed($0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count))
        }
        guard needed >= 0 else { throw .malformed("the beginning of a message") }
        return needed == 0 ? nil : Int(needed)
    }

    init(_ bytes: [UInt8]) throws(BusError) {
        var failure = DBusError()
        dbus_error_init(&failure)
        defer { dbus_error_free(&failure) }
        let parsed = bytes.withUnsafeBytes {
            dbus_message_demarshal($0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count), &failure)
        }
        guard let message = parsed else { throw .malformed(String(cString: failure.message)) }
        defer { dbus_message_unref(message) }

        func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        answered = dbus_message_get_reply_serial(message)
        switch dbus_message_get_type(message) {
        case DBUS_MESSAGE_TYPE_METHOD_CALL:
            (kind, name) = (.call, text(dbus_message_get_member(message)))
        case DBUS_MESSAGE_TYPE_METHOD_RETURN:
            (kind, name) = (.answer, "")
        case DBUS_MESSAGE_TYPE_ERROR:
            (kind, name) = (.error, text(dbus_message_get_error_name(message)))
        case DBUS_MESSAGE_TYPE_SIGNAL:
            (kind, name) = (.signal, text(dbus_message_get_interface(message)) + "." + text(dbus_message_get_member(message)))
        default: (kind, name) = (.unknown, "")
        }
        var iterator = DBusMessageIter()
        body = dbus_message_iter_init(message, &iterator) == 0 ? [] : try Self.values(&iterator)
    }

    /// The bytes of a method call.
    static func call(
        _ method: BusMethod, _ arguments: [BusValue], serial: UInt32
    ) throws(BusError) -> [UInt8] {
        guard let message = dbus_message_new_method_call(method.destination, method.path, method.interface, method.member) else { throw .malformed("\(method.member): no memory") }
        defer { dbus_message_unref(message) }
        dbus_message_set_serial(message, serial)
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message, &iterator)
        for argument in arguments { try append(argument, to: &iterator) }
        var bytes: UnsafeMutablePointer<CChar>?
        var count: Int32 = 0
        guard dbus_message_marshal(message, &bytes, &count) != 0, let bytes else { throw .malformed("\(method.member): no memory") }
        defer { dbus_free(bytes) }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }

    // MARK: writing

    private static func append(_ value: BusValue, to iterator: inout DBusMessageIter) throws(BusError) {
        switch value {
        case .byte(var number): try append(&number, .byte, to: &iterator)
        case .boolean(let bool):
            var word: UInt32 = bool ? 1 : 0
            try append(&word, .boolean, to: &iterator)
        case .int16(var number): try append(&number, .int16, to: &iterator)
        case .uint16(var number): try append(&number, .uint16, to: &iterator)
        case .int32(var number): try append(&number, .int32, to: &iterator)
        case .uint32(var number): try append(&number, .uint32, to: &iterator)
        case .int64(var number): try append(&number, .int64, to: &iterator)
        case .uint64(var number): try append(&number, .uint64, to: &iterator)
        case .double(var number): try append(&number, .double, to: &iterator)
        case .string(let text): try append(text, .string, to: &iterator)
        case .objectPath(let text): try append(text, .objectPath, to: &iterator)
        case .signature(let text): try append(text, .signature, to: &iterator)
        case .array(let element, let elements): try append(elements, in: .array, signature: element, to: &iterator)
        case .structure(let members): try append(members, in: .structure, signature: nil, to: &iterator)
        case .entry(let key, let content): try append([key, content], in: .entry, signature: nil, to: &iterator)
        case .variant(let content): try append([content], in: .variant, signature: content.signature, to: &iterator)
        }
    }

    private static func append<Number: BitwiseCopyable>(_ number: inout Number, _ code: TypeCode, to iterator: inout DBusMessageIter) throws(BusError) {
        guard dbus_message_iter_append_basic(&iterator, code.value, &number) != 0 else { throw .malformed("no memory") }
    }

    private static func append(_ text: String, _ code: TypeCode, to iterator: inout DBusMessageIter) throws(BusError) {
        let appended = text.withCString { pointer in
            var pointer: UnsafePointer<CChar>? = pointer
            return dbus_message_iter_append_basic(&iterator, code.value, &pointer)
        }
        guard appended != 0 else { throw .malformed("no memory") }
    }

    private static func append(
        _ values: [BusValue], in container: TypeCode, signature: String?, to iterator: inout DBusMessageIter
    ) throws(BusError) {
        var inner = DBusMessageIter()
        guard dbus_message_iter_open_container(&iterator, container.value, signature, &inner) != 0 else { throw .malformed("no memory") }
        do throws(BusError) { for value in values { try append(value, to: &inner) } } catch {
            dbus_message_iter_abandon_container(&iterator, &inner)
            throw error
        }
        guard dbus_message_iter_close_container(&iterator, &inner) != 0 else { throw .malformed("no memory") }
    }

    // MARK: reading

    private static func values(_ iterator: inout DBusMessageIter) throws(BusError) -> [BusValue] {
        var values: [BusValue] = []
        while true {
            let code = dbus_message_iter_get_arg_type(&iterator)
            if code == 0 { return values }
            guard let code = TypeCode(code) else { throw .malformed("a value of type \(code)") }
            values.append(try value(code, &iterator))
            dbus_message_iter_next(&iterator)
        }
    }

    private static func value(_ code: TypeCode, _ iterator: inout DBusMessageIter) throws(BusError) -> BusValue {
        switch code {
        case .byte: return .byte(basic(&iterator, 0))
        case .boolean: return .boolean(basic(&iterator, UInt32(0)) != 0)
        case .int16: return .int16(basic(&iterator, 0))
        case .uint16: return .uint16(basic(&iterator, 0))
        case .int32: return .int32(basic(&iterator, 0))
        case .uint32: return .uint32(basic(&iterator, 0))
        case .int64: return .int64(basic(&iterator, 0))
        case .uint64: return .uint64(basic(&iterator, 0))
        case .double: return .double(basic(&iterator, 0))
        case .string: return .string(text(&iterator))
        case .objectPath: return .objectPath(text(&iterator))
        case .signature: return .signature(text(&iterator))
        case .array:
            let elementSignature = innerSignature(&iterator)
            return .array(of: elementSignature, try members(&iterator))
        case .structure: return .structure(try members(&iterator))
        case .entry:
            let pair = try members(&iterator)
            guard pair.count == 2 else { throw .malformed("an entry of a dictionary") }
            return .entry(pair[0], pair[1])
        case .variant:
            guard let content = try members(&iterator).first else { throw .malformed("an empty variant") }
            return .variant(content)
        }
    }

    private static func basic<Number: BitwiseCopyable>(_ iterator: inout DBusMessageIter, _ zero: Number) -> Number {
        var number = zero
        dbus_message_iter_get_basic(&iterator, &number)
        return number
    }

    private static func text(_ iterator: inout DBusMessageIter) -> String {
        var pointer: UnsafePointer<CChar>?
        dbus_message_iter_get_basic(&iterator, &pointer)
        return pointer.map { String(cString: $0) } ?? ""
    }

    private static func members(_ iterator: inout DBusMessageIter) throws(BusError) -> [BusValue] {
        var inner = DBusMessageIter()
        dbus_message_iter_recurse(&iterator, &inner)
        return try values(&inner)
    }

    private static func innerSignature(_ iterator: inout DBusMessageIter) -> String {
        guard let signature = dbus_message_iter_get_signature(&iterator) else { return "" }
        defer { dbus_free(signature) }
        return String(String(cString: signature).dropFirst())
    }
}

/// Who is called, and what.
struct BusMethod: Sendable, Equatable {
    let destination: String
    let path: String
    let interface: String
    let member: String
}

/// The types as messages name them. Spec: D-Bus Specification, "Summary of types".
private enum TypeCode: Character {
    case byte = "y", boolean = "b", int16 = "n", uint16 = "q", int32 = "i", uint32 = "u", int64 = "x", uint64 = "t", double = "d"
    case string = "s", objectPath = "o", signature = "g", array = "a", structure = "r", entry = "e", variant = "v"

    init?(_ value: Int32) {
        guard let byte = UInt8(exactly: value) else { return nil }
        self.init(rawValue: Character(Unicode.Scalar(byte)))
    }

    var value: Int32 { Int32(rawValue.asciiValue ?? 0) }
}
