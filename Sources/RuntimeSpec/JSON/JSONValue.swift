/// Something that is one JSON value: it can be made from a node of a tree, and written.
public protocol JSONValue: Sendable {
    /// Reads the node. Errors name the fields inside it, seen from it.
    init(json node: JSONNode) throws(SpecError)
    func write(_ json: JSONWriter)
}

extension JSONValue {
    /// The value as JSON text, without a final newline; indented with tabs where it is pretty.
    public func encoded(pretty: Bool) -> String { JSONWriter.text(pretty: pretty, write) }
}

/// A value of which absence means the same as a certain value, which is not written.
public protocol JSONOmittable: JSONValue, Equatable {
    static var absent: Self { get }
}

/// A value that JSON writes as a string; where it is optional, an empty string means the same as its absence, as in the
/// specification's Go bindings.
public protocol JSONString: JSONValue {}

extension String: JSONString {
    public init(json node: JSONNode) throws(SpecError) { self = try node.string() }
    public func write(_ json: JSONWriter) { json.string(self) }
}

/// An enumeration whose raw values are JSON's; another value is an error that lists them.
extension JSONString where Self: RawRepresentable & CaseIterable, RawValue == String {
    public init(json node: JSONNode) throws(SpecError) {
        let string = try node.string()
        guard let value = Self(rawValue: string) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw SpecError("\(string.debugDescription) is none of \(known)")
        }
        self = value
    }

    public func write(_ json: JSONWriter) { json.string(rawValue) }
}

extension Bool: JSONOmittable {
    public static var absent: Bool { false }

    public init(json node: JSONNode) throws(SpecError) {
        guard let value = node.bool else { throw SpecError("must be true or false") }
        self = value
    }

    public func write(_ json: JSONWriter) { json.bool(self) }
}

extension JSONValue where Self: FixedWidthInteger {
    public static var absent: Self { 0 }

    public init(json node: JSONNode) throws(SpecError) {
        guard let value = node.integer(as: Self.self) else {
            throw SpecError("must be a number from \(Self.min) to \(Self.max)")
        }
        self = value
    }

    public func write(_ json: JSONWriter) { json.integer(self) }
}

extension Int32: JSONOmittable {}
extension Int64: JSONOmittable {}
extension UInt16: JSONOmittable {}
extension UInt32: JSONOmittable {}
extension UInt64: JSONOmittable {}

extension Double: JSONValue {
    public init(json node: JSONNode) throws(SpecError) {
        guard let value = node.double else { throw SpecError("must be a number") }
        self = value
    }

    public func write(_ json: JSONWriter) { json.double(self) }
}

/// A field that is always null.
struct JSONNull: JSONValue, Equatable {
    init() {}
    init(json node: JSONNode) throws(SpecError) { throw SpecError("must be null") }
    func write(_ json: JSONWriter) { json.null() }
}

extension Array: JSONValue where Element: JSONValue {
    public init(json node: JSONNode) throws(SpecError) {
        guard node.isArray else { throw SpecError("must be an array") }
        self.init()
        let count = node.elementCount
        reserveCapacity(count)
        for index in 0..<count {
            do { append(try Element(json: node.element(index))) } catch { throw error.inside(index) }
        }
    }

    public func write(_ json: JSONWriter) {
        json.array { for element in self { element.write(json) } }
    }

    /// Reads a JSON document whose top is an array. Errors name the element, or line and column of what is not JSON.
    public static func decode(_ bytes: [UInt8]) throws(SpecError) -> Self {
        try JSONDocument.read(bytes) { (root) throws(SpecError) in try Self(json: root) }
    }
}

extension Array: JSONOmittable where Element: JSONValue & Equatable {
    public static var absent: [Element] { [] }
}

extension Dictionary: JSONValue where Key == String, Value: JSONValue {
    public init(json node: JSONNode) throws(SpecError) {
        guard node.isObject else { throw SpecError("must be an object") }
        var read = [String: Value](minimumCapacity: node.fieldCount)
        try node.forEachField { (key, value) throws(SpecError) in
            do throws(SpecError) { read[key] = try Value(json: value) } catch { throw error.inside(key: key) }
        }
        self = read
    }

    /// Sorted by key, so that the same value is always the same text.
    public func write(_ json: JSONWriter) {
        json.object {
            for (key, value) in sorted(by: { $0.key < $1.key }) {
                json.key(key)
                value.write(json)
            }
        }
    }
}

extension Dictionary: JSONOmittable where Key == String, Value: JSONValue & Equatable {
    public static var absent: [String: Value] { [:] }
}
