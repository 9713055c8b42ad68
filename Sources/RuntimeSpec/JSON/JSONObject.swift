/// A type that is a JSON object: one list of its fields serves for reading and for writing, so that they cannot drift.
public protocol JSONObject: JSONOmittable {
    init()
    /// Names each field once, to be read into or written from its property.
    mutating func fields(_ json: JSONFields) throws(SpecError)
    /// How long a document may be whose top is this object.
    static var maximumBytes: Int { get }
}

extension JSONObject {
    public static var absent: Self { Self() }

    public static var maximumBytes: Int { JSONDocument.maximumBytes }

    /// Unknown fields are ignored: the specification asks for it.
    public init(json node: JSONNode) throws(SpecError) {
        guard node.isObject else { throw SpecError("must be an object") }
        self.init()
        try fields(.read(node))
    }

    public func write(_ json: JSONWriter) {
        // `fields` is mutating for the sake of reading; here it changes nothing.
        var value = self
        json.object {
            do throws(SpecError) { try value.fields(.written(json)) } catch { fatalError("writing JSON cannot fail, but: \(error)") }
        }
    }

    /// Reads a JSON document whose top is this object. Errors name the field, or line and column of what is not JSON.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(SpecError) -> Self {
        try JSONDocument.read(bytes, maximumBytes: maximumBytes) { (root) throws(SpecError) in try Self(json: root) }
    }

    /// Reads a JSON document whose top is this object. Errors name the field, or line and column of what is not JSON.
    public static func decode(_ bytes: [UInt8]) throws(SpecError) -> Self {
        try JSONDocument.read(bytes, maximumBytes: maximumBytes) { (root) throws(SpecError) in try Self(json: root) }
    }
}

/// The fields of one JSON object, being read or being written. In both directions null is absent.
public enum JSONFields {
    case read(JSONNode)
    case written(JSONWriter)

    private static func value<Value: JSONValue>(_ node: JSONNode, of key: StaticString) throws(SpecError) -> Value {
        do { return try Value(json: node) } catch { throw error.inside("\(key)") }
    }

    private static func write(_ key: StaticString, _ value: some JSONValue, _ json: JSONWriter) {
        json.key(key)
        value.write(json)
    }

    /// A field that must be there.
    public func required<Value: JSONValue>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        switch self {
        case .written(let json): Self.write(key, value, json)
        case .read(let object):
            guard let node = object.field(key) else { throw SpecError(path: "\(key)", "is missing") }
            value = try Self.value(node, of: key)
        }
    }

    /// A field for other programs, which follows from what the other fields say: written, and not read.
    public func told(_ key: StaticString, _ value: @autoclosure () -> some JSONValue) {
        if case .written(let json) = self { Self.write(key, value(), json) }
    }

    /// A field that may be absent when it is read, which leaves the property as it is, and is always written.
    public func defaulted<Value: JSONValue>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        switch self {
        case .written(let json): Self.write(key, value, json)
        case .read(let object): if let node = object.field(key) { value = try Self.value(node, of: key) }
        }
    }

    /// A field whose absence means the same as its type's empty value: that is not written.
    public func optional<Value: JSONOmittable>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        if case .written = self, value == Value.absent { return }
        try defaulted(key, &value)
    }

    /// A field whose absence means something else than any of its values.
    public func optional<Value: JSONValue>(_ key: StaticString, _ value: inout Value?) throws(SpecError) {
        switch self {
        case .written(let json): if let value { Self.write(key, value, json) }
        case .read(let object): if let node = object.field(key) { value = try Self.value(node, of: key) as Value }
        }
    }

    /// A string, or an enumeration of strings, that may be absent or, which means the same, empty.
    public func optional<Value: JSONString>(_ key: StaticString, _ value: inout Value?) throws(SpecError) {
        switch self {
        case .written(let json): if let value { Self.write(key, value, json) }
        case .read(let object): if let node = object.field(key), !node.isEmptyString { value = try Self.value(node, of: key) as Value }
        }
    }
}
