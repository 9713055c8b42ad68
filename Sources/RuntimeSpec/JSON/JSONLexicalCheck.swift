/// One pass over a JSON text, for what json-c (0.16, even in its strict mode) accepts or changes silently: control
/// characters in strings, strings in single quotes, `NaN` and `Infinity`, NUL characters, which end a key early, and
/// whole numbers beyond 64 bits, which it saturates. All else is left to json-c.
struct JSONLexicalCheck {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    /// The last string that was read holds a NUL character; as a value its field is told, as a key it is refused here.
    private var stringHasNUL = false
    /// Where each whole number that neither Int64 nor UInt64 holds ends.
    private(set) var integersBeyond64Bits: [Int] = []

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Errors name line and column.
    mutating func run(_ top: JSONDocument.Top) throws(SpecError) {
        try expect(top)
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): skipNumber()
            case UInt8(ascii: ":") where stringHasNUL: throw failure("a key contains a NUL character")
            case UInt8(ascii: "'"), UInt8(ascii: "N"), UInt8(ascii: "I"), 0: throw failure("unexpected character")
            default: index += 1
            }
        }
    }

    private mutating func expect(_ top: JSONDocument.Top) throws(SpecError) {
        while index < bytes.count, [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(bytes[index]) {
            index += 1
        }
        guard index < bytes.count else { throw SpecError("is empty") }
        guard bytes[index] == top.rawValue.utf8.first else { throw failure("must be an \(top)") }
    }

    private mutating func skipString() throws(SpecError) {
        stringHasNUL = false
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"):
                let escape = UnsafeRawBufferPointer(rebasing: bytes[index..<min(index + 6, bytes.count)])
                if escape.elementsEqual("\\u0000".utf8) { stringHasNUL = true }
                // The escaped character is no end of the string, whatever it is.
                index += 2
            case 0..<0x20:
                throw failure("a control character in a string")
            default:
                index += 1
            }
        }
    }

    private mutating func skipNumber() {
        let start = index
        var isWhole = true
        scan: while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isWhole = false
            default: break scan
            }
            index += 1
        }
        // Every number of fewer characters fits.
        guard isWhole, index - start >= 19 else { return }
        let digits = String(decoding: bytes[start..<index], as: UTF8.self)
        if Int64(digits) == nil, UInt64(digits) == nil { integersBeyond64Bits.append(index) }
    }

    private func failure(_ problem: String) -> SpecError {
        SpecError("\(TextPosition(of: index, in: bytes)): \(problem)")
    }
}
