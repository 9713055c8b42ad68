import CJSONC
import Glibc

/// A value in a json-c tree.
///
/// While reading it is borrowed from the tree's root. While writing it belongs to whoever made it, until it is added
/// to an array or object, which then owns it.
public struct JSONNode {
    /// Nil is JSON's null.
    let pointer: OpaquePointer?

    // MARK: Reading

    private func isType(_ type: json_type) -> Bool { json_object_get_type(pointer) == type }

    var isObject: Bool { isType(json_type_object) }
    var isArray: Bool { isType(json_type_array) }
    var isEmptyString: Bool { isType(json_type_string) && json_object_get_string_len(pointer) == 0 }

    var bool: Bool? { isType(json_type_boolean) ? json_object_get_boolean(pointer) != 0 : nil }

    /// Nil where this is not a whole number, or one that `Integer` cannot hold. A number written with a fraction or an
    /// exponent (`1e3`) counts as not whole, as in the specification's Go bindings.
    func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
        guard isType(json_type_int) else { return nil }
        // json-c saturates: what is negative reads as 0 unsigned, what is above Int64.max as Int64.max signed.
        let signed = json_object_get_int64(pointer)
        return signed < 0 ? Integer(exactly: signed) : Integer(exactly: json_object_get_uint64(pointer))
    }

    var double: Double? { isType(json_type_int) || isType(json_type_double) ? json_object_get_double(pointer) : nil }

    func string() throws(SpecError) -> String {
        guard isType(json_type_string), let start = json_object_get_string(pointer) else { throw SpecError("must be a string") }
        // json-c ends it with a NUL: one that comes earlier is the string's own, and the kernel would cut it there.
        guard strlen(start) == Int(json_object_get_string_len(pointer)) else { throw SpecError("must not contain a NUL character") }
        guard let string = String(validatingCString: start) else { throw SpecError("is not valid UTF-8") }
        return string
    }

    var elementCount: Int { json_object_array_length(pointer) }

    func element(_ index: Int) -> JSONNode { JSONNode(pointer: json_object_array_get_idx(pointer, index)) }

    /// The field's value; nil where there is none, or null.
    func field(_ key: StaticString) -> JSONNode? {
        json_object_object_get(pointer, key.cString).map(JSONNode.init(pointer:))
    }

    /// Calls `body` with each key and value but null, in the document's order.
    func forEachField(_ body: (String, JSONNode) throws(SpecError) -> Void) throws(SpecError) {
        var iterator = json_object_iter_begin(pointer)
        var end = json_object_iter_end(pointer)
        while json_object_iter_equal(&iterator, &end) == 0 {
            guard let name = json_object_iter_peek_name(&iterator) else { throw SpecError("has a field without a name") }
            guard let key = String(validatingCString: name) else { throw SpecError("has a key that is not valid UTF-8") }
            if let value = json_object_iter_peek_value(&iterator) { try body(key, JSONNode(pointer: value)) }
            json_object_iter_next(&iterator)
        }
    }

    // MARK: Writing

    /// json-c answers nil only where memory is out, which nothing here survives.
    private static func made(_ pointer: OpaquePointer?) -> JSONNode {
        guard let pointer else { fatalError("out of memory") }
        return JSONNode(pointer: pointer)
    }

    static func newObject() -> JSONNode { made(json_object_new_object()) }
    static func newArray(count: Int) -> JSONNode { made(json_object_new_array_ext(Int32(clamping: count))) }
    static func new(_ value: Bool) -> JSONNode { made(json_object_new_boolean(value ? 1 : 0)) }

    static func new(_ value: some FixedWidthInteger) -> JSONNode {
        made(value < 0 ? json_object_new_int64(Int64(value)) : json_object_new_uint64(UInt64(value)))
    }

    static func new(_ value: Double) -> JSONNode {
        let text = "\(value)"
        return made(json_object_new_double_s(value, text.hasSuffix(".0") ? String(text.dropLast(2)) : text))
    }

    static func new(_ value: String) -> JSONNode {
        var value = value
        return value.withUTF8 { utf8 in
            // An empty Swift string has no address; json-c wants one.
            guard let start = utf8.baseAddress else { return made(json_object_new_string_len("", 0)) }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                made(json_object_new_string_len($0, Int32(utf8.count)))
            }
        }
    }

    func append(_ element: JSONNode) {
        guard json_object_array_add(pointer, element.pointer) == 0 else { fatalError("out of memory") }
    }

    /// Adds a field; one of the same key is replaced.
    func add(_ key: StaticString, _ value: JSONNode) {
        // The key is the program's own constant: json-c need not copy it.
        let options = UInt32(JSON_C_OBJECT_ADD_CONSTANT_KEY)
        guard json_object_object_add_ex(pointer, key.cString, value.pointer, options) == 0 else { fatalError("out of memory") }
    }

    /// Adds a field; one of the same key is replaced.
    func add(_ key: String, _ value: JSONNode) {
        guard json_object_object_add(pointer, key, value.pointer) == 0 else { fatalError("out of memory") }
    }

    /// Frees a node that was added to nothing, or the root of a tree, with all that it owns.
    func free() { json_object_put(pointer) }

    /// The JSON text; indented with tabs, a line per value, where it is pretty.
    func text(pretty: Bool) -> String {
        var flags = JSON_C_TO_STRING_NOSLASHESCAPE
        if pretty { flags |= JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_PRETTY_TAB }
        var length = 0
        guard let text = json_object_to_json_string_length(pointer, flags, &length) else { fatalError("out of memory") }
        let bytes = UnsafeRawBufferPointer(start: text, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StaticString {
    /// The constant's bytes, which the compiler ends with a NUL.
    fileprivate var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
