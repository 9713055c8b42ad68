import LinuxKernel

/// Reads a value in GVariant's text format, as far as properties of units need it: booleans, numbers, strings, arrays and
/// tuples, with the types before them that the format has: `uint64 7`, `@as []`.
///
/// Source: docs.gtk.org/glib/gvariant-text.html. A number without a type is an `int32`, or what the array it is in holds.
struct GVariantText {
    struct Malformed: Error, Equatable {
        let reason: String
    }

    private static let depthLimit = 8

    private let bytes: [UInt8]
    private var position = 0

    static func parse(_ text: String) throws(Malformed) -> BusValue {
        var parser = GVariantText(text)
        let value = try parser.value(nil, depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw Malformed(reason: "there is more after the value") }
        return value
    }

    private init(_ text: String) { bytes = Array(text.utf8) }

    // MARK: values

    /// - Parameter expected: the signature, where something before the value has told it.
    private mutating func value(_ expected: String?, depth: Int) throws(Malformed) -> BusValue {
        guard depth < Self.depthLimit else { throw Malformed(reason: "arrays and tuples lie too deep in each other") }
        skipSpace()
        guard let byte = peek else { throw Malformed(reason: "a value is missing") }
        switch byte {
        case UInt8(ascii: "["): return try array(expected, depth: depth)
        case UInt8(ascii: "("): return try tuple(expected, depth: depth)
        case UInt8(ascii: "@"):
            position += 1
            let signature = String(decoding: take { !Self.isSpace($0) }, as: UTF8.self)
            guard Self.isKnown(signature) else { throw Malformed(reason: "no type \"\(signature)\"") }
            return try value(try Self.agreed(expected, signature), depth: depth + 1)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return try text(try quoted(until: byte), expected ?? "s")
        default: return try word(expected, depth: depth)
        }
    }

    private mutating func array(_ expected: String?, depth: Int) throws(Malformed) -> BusValue {
        var element: String?
        if let expected {
            guard expected.first == "a" else { throw Malformed(reason: "an array where \(expected) belongs") }
            element = String(expected.dropFirst())
        }
        let elements = try list(until: UInt8(ascii: "]")) { (parser, _) throws(Malformed) in
            let value = try parser.value(element, depth: depth + 1)
            element = try Self.agreed(element, value.signature)
            return value
        }
        guard let element else { throw Malformed(reason: "an empty array needs its type before it, such as @as") }
        return .array(of: element, elements)
    }

    private mutating func tuple(_ expected: String?, depth: Int) throws(Malformed) -> BusValue {
        var members: [String]?
        if let expected {
            guard expected.first == "(", let types = Self.types(in: expected.dropFirst().dropLast()) else { throw Malformed(reason: "a tuple where \(expected) belongs") }
            members = types
        }
        let values = try list(until: UInt8(ascii: ")")) { (parser, index) throws(Malformed) in
            if let members, index >= members.count { throw Malformed(reason: "a tuple that is longer than its type") }
            return try parser.value(members?[index], depth: depth + 1)
        }
        guard !values.isEmpty, members == nil || members?.count == values.count else { throw Malformed(reason: "a tuple that is empty, or shorter than its type") }
        return .structure(values)
    }

    /// What stands between commas; one may follow the last.
    private mutating func list(
        until end: UInt8, _ member: (inout GVariantText, Int) throws(Malformed) -> BusValue
    ) throws(Malformed) -> [BusValue] {
        position += 1
        var values: [BusValue] = []
        while true {
            skipSpace()
            if peek == end { break }
            if !values.isEmpty {
                guard peek == UInt8(ascii: ",") else { throw Malformed(reason: "a comma or an end is missing") }
                position += 1
                skipSpace()
                if peek == end { break }
            }
            values.append(try member(&self, values.count))
        }
        position += 1
        return values
    }

    /// A boolean, a number, or a type with its value after it.
    private mutating func word(_ expected: String?, depth: Int) throws(Malformed) -> BusValue {
        let word = String(decoding: take { !Self.isSpace($0) && !Self.ends.contains($0) }, as: UTF8.self)
        if let signature = Self.typeNames[word] { return try value(try Self.agreed(expected, signature), depth: depth + 1) }
        if word == "true" || word == "false" {
            _ = try Self.agreed(expected, "b")
            return .boolean(word == "true")
        }
        return try Self.number(word, expected ?? (word.contains { ".eE".contains($0) } && !word.hasPrefix("0x") ? "d" : "i"))
    }

    private static func number(_ word: String, _ signature: String) throws(Malformed) -> BusValue {
        let value: BusValue? =
            switch signature {
            case "y": integer(word).map(BusValue.byte)
            case "n": integer(word).map(BusValue.int16)
            case "q": integer(word).map(BusValue.uint16)
            case "i": integer(word).map(BusValue.int32)
            case "u": integer(word).map(BusValue.uint32)
            case "x": integer(word).map(BusValue.int64)
            case "t": integer(word).map(BusValue.uint64)
            case "d": Double(word).flatMap { $0.isFinite ? .double($0) : nil }
            default: nil
            }
        guard let value else { throw Malformed(reason: "\"\(word.prefix(64))\" is no \(typeNames.first { $0.value == signature }?.key ?? signature)") }
        return value
    }

    /// Decimal, or with `0x` or `0` before it, as C has it.
    private static func integer<Integer: FixedWidthInteger>(_ word: String) -> Integer? {
        let isNegative = word.hasPrefix("-")
        let digits = word.hasPrefix("-") || word.hasPrefix("+") ? word.dropFirst() : word[...]
        guard let first = digits.first, first.isNumber else { return nil }
        let sign = isNegative ? "-" : ""
        if digits.hasPrefix("0x") { return digits.dropFirst(2).first.flatMap { $0.isHexDigit ? Integer(sign + digits.dropFirst(2), radix: 16) : nil } }
        if digits.hasPrefix("0"), digits.count > 1 { return Integer(sign + digits, radix: 8) }
        return Integer(sign + digits)
    }

    // MARK: text

    private func text(_ text: String, _ signature: String) throws(Malformed) -> BusValue {
        switch signature {
        case "s": return .string(text)
        case "o":
            let names = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            guard text.hasPrefix("/"), text == "/" || names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
                throw Malformed(reason: "\"\(text.prefix(64))\" is no path of an object")
            }
            return .objectPath(text)
        default: throw Malformed(reason: "a string where \(signature) belongs")
        }
    }

    private mutating func quoted(until quote: UInt8) throws(Malformed) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            if byte == quote {
                guard !text.contains(0) else { throw Malformed(reason: "a NUL cannot be part of a string") }
                return String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") { text += try escape() } else { text.append(byte) }
        }
        throw Malformed(reason: "a string without an end")
    }

    private mutating func escape() throws(Malformed) -> [UInt8] {
        guard let byte = peek else { throw Malformed(reason: "a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "a"): return [7]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "v"): return [11]
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = byte == UInt8(ascii: "u") ? 4 : 8
            let digits = String(decoding: bytes[position...].prefix(count), as: UTF8.self)
            position += min(count, bytes.count - position)
            guard digits.count == count, digits.allSatisfy(\.isHexDigit), let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
                throw Malformed(reason: "\\\(Unicode.Scalar(byte)) and \"\(digits)\" are no character")
            }
            return Array(String(scalar).utf8)
        default: return [byte]
        }
    }

    // MARK: bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() { _ = take(while: Self.isSpace) }

    private mutating func take(while isTaken: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = bytes[position...].prefix(while: isTaken)
        position = taken.endIndex
        return taken
    }

    private static let ends = Set(",[]()'\"".utf8)
    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (9...13).contains(byte) }
    private static func isNameByte(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar == "_" || (scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil))
    }

    // MARK: types

    private static let typeNames = [
        "boolean": "b", "byte": "y", "int16": "n", "uint16": "q", "int32": "i", "uint32": "u", "int64": "x", "uint64": "t",
        "double": "d", "string": "s", "objectpath": "o",
    ]

    private static func agreed(_ expected: String?, _ signature: String) throws(Malformed) -> String {
        guard expected == nil || expected == signature else { throw Malformed(reason: "\(signature) where \(expected ?? "") belongs") }
        return signature
    }

    /// One type, and one that is read here.
    private static func isKnown(_ signature: String) -> Bool { types(in: signature[...])?.count == 1 }

    /// The single types that a signature is made of; nil where it is none.
    private static func types(in signature: Substring) -> [String]? {
        guard signature.utf8.count <= 64 else { return nil }
        var types: [String] = []
        var rest = signature
        while !rest.isEmpty {
            guard let length = length(ofFirstTypeIn: rest, depth: 0) else { return nil }
            types.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return types
    }

    private static func length(ofFirstTypeIn signature: Substring, depth: Int) -> Int? {
        guard depth < depthLimit, let first = signature.first else { return nil }
        switch first {
        case "a": return length(ofFirstTypeIn: signature.dropFirst(), depth: depth + 1).map { $0 + 1 }
        case "(":
            var length = 1
            while let next = signature.dropFirst(length).first, next != ")" {
                guard let member = Self.length(ofFirstTypeIn: signature.dropFirst(length), depth: depth + 1) else { return nil }
                length += member
            }
            return length > 1 && length < signature.count ? length + 1 : nil
        default: return typeNames.values.contains(String(first)) ? 1 : nil
        }
    }
}
