/// A value with its type. Spec: D-Bus Specification, "Type System".
///
/// Strings hold no NUL: whoever takes them from outside refuses it.
enum BusValue: Sendable, Equatable {
    case byte(UInt8)
    case boolean(Bool)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case uint64(UInt64)
    case double(Double)
    case string(String)
    case objectPath(String)
    case signature(String)
    /// Elements of one type, which is told by its signature, for there may be none.
    case array(of: String, [BusValue])
    case structure([BusValue])
    /// A pair in an array that is a dictionary.
    indirect case entry(BusValue, BusValue)
    indirect case variant(BusValue)

    var signature: String {
        switch self {
        case .byte: "y"
        case .boolean: "b"
        case .int16: "n"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .int64: "x"
        case .uint64: "t"
        case .double: "d"
        case .string: "s"
        case .objectPath: "o"
        case .signature: "g"
        case .array(let element, _): "a" + element
        case .structure(let members): "(" + members.map(\.signature).joined() + ")"
        case .entry(let key, let value): "{" + key.signature + value.signature + "}"
        case .variant: "v"
        }
    }

    var string: String? {
        switch self {
        case .string(let text), .objectPath(let text), .signature(let text): text
        default: nil
        }
    }

    /// What a variant holds.
    var content: BusValue? {
        if case .variant(let value) = self { return value }
        return nil
    }
}
