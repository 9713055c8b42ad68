import Foundation

/// A piece of JSON, edited by dotted paths: `config["process.terminal"] = false`.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    func serialized() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }

    /// The value at a dotted path; nil where there is none. Objects on the way are made when it is set.
    subscript(path: String) -> JSONValue? {
        get { self[path.split(separator: ".")[...]] }
        set { self[path.split(separator: ".")[...]] = newValue }
    }

    private subscript(keys: ArraySlice<Substring>) -> JSONValue? {
        get {
            guard let key = keys.first else { return self }
            return object?[String(key)]?[keys.dropFirst()]
        }
        set {
            guard let key = keys.first else { return }
            var members = object ?? [:]
            if keys.count == 1 {
                members[String(key)] = newValue
            } else {
                var child = members[String(key)] ?? .object([:])
                child[keys.dropFirst()] = newValue
                members[String(key)] = child
            }
            self = .object(members)
        }
    }

    /// Appends to the array at `path`, which is made where it is missing.
    mutating func append(_ element: JSONValue, to path: String) {
        self[path] = .array((self[path]?.array ?? []) + [element])
    }

    /// Keeps the elements of the array at `path` for which `keep` is true.
    mutating func filter(_ path: String, _ keep: (JSONValue) -> Bool) {
        self[path] = .array((self[path]?.array ?? []).filter(keep))
    }
}

extension JSONValue: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    init(nilLiteral: ()) { self = .null }
    init(_ value: some BinaryInteger) { self = .integer(Int64(value)) }
    init(_ strings: [String]) { self = .array(strings.map(JSONValue.string)) }
}
