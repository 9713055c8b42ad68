/// A type that is a JSON object: one list of its fields serves for reading and for writing, so that they cannot drift.
public protocol JSONObject: JSONOmittable {
    init()
    /// Names each field once, to be read into or written from its property.
    mutating func fields(_ json: JSONFields) throws(SpecError)
}

extension JSONObject {
    public static var absent: Self { Self() }

    /// Unknown fields are ignored: the specification asks for it.
    public init(json node: JSONNode) throws(SpecError) {
        guard node.isObject else { throw SpecError("must be an object") }
        self.init()
        try fields(JSONFields(node, isReading: true))
    }

    public func json() -> JSONNode {
        let node = JSONNode.newObject()
        // `fields` is mutating for the sake of reading; here it changes nothing.
        var value = self
        do {
            try value.fields(JSONFields(node, isReading: false))
        } catch {
            fatalError("writing JSON cannot fail, but: \(error)")
        }
        return node
    }

    /// Reads a JSON document whose top is this object. Errors name the field, or line and column of what is not JSON.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(SpecError) -> Self {
        let root = try JSONDocument.parse(bytes)
        defer { root.free() }
        return try Self(json: root)
    }

    /// Reads a JSON document whose top is this object. Errors name the field, or line and column of what is not JSON.
    public static func decode(_ bytes: [UInt8]) throws(SpecError) -> Self {
        try bytes.withUnsafeBufferPointer { (buffer) throws(SpecError) in try decode(UnsafeRawBufferPointer(buffer)) }
    }
}

/// The fields of one JSON object, being read or being written. In both directions null is absent.
public struct JSONFields {
    private let object: JSONNode
    private let isReading: Bool

    init(_ object: JSONNode, isReading: Bool) {
        self.object = object
        self.isReading = isReading
    }

    private func read<Value: JSONValue>(_ node: JSONNode, of key: StaticString) throws(SpecError) -> Value {
        do { return try Value(json: node) } catch { throw error.inside("\(key)") }
    }

    /// A field that must be there.
    public func required<Value: JSONValue>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        guard isReading else { return object.add(key, value.json()) }
        guard let node = object.field(key) else { throw SpecError(path: "\(key)", "is missing") }
        value = try read(node, of: key)
    }

    /// A field that may be absent when it is read, which leaves the property as it is, and is always written.
    public func defaulted<Value: JSONValue>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        guard isReading else { return object.add(key, value.json()) }
        if let node = object.field(key) { value = try read(node, of: key) }
    }

    /// A field whose absence means the same as its type's empty value: that is not written.
    public func optional<Value: JSONOmittable>(_ key: StaticString, _ value: inout Value) throws(SpecError) {
        if isReading || value != Value.absent { try defaulted(key, &value) }
    }

    /// A field whose absence means something else than any of its values.
    public func optional<Value: JSONValue>(_ key: StaticString, _ value: inout Value?) throws(SpecError) {
        if isReading {
            if let node = object.field(key) { value = try read(node, of: key) }
        } else if let value {
            object.add(key, value.json())
        }
    }

    /// A string, or an enumeration of strings, that may be absent or, which means the same, empty.
    public func optional<Value: JSONString>(_ key: StaticString, _ value: inout Value?) throws(SpecError) {
        if isReading {
            if let node = object.field(key), !node.isEmptyString { value = try read(node, of: key) }
        } else if let value {
            object.add(key, value.json())
        }
    }
}
