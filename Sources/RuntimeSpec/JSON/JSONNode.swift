import CRapidJSON
import Glibc

/// A value in the tree of a document that is being read, borrowed from it.
public struct JSONNode {
    let pointer: OpaquePointer

    var isNull: Bool { cj_is_null(pointer) }
    var isObject: Bool { cj_is_object(pointer) }
    var isArray: Bool { cj_is_array(pointer) }
    var isEmptyString: Bool { text?.length == 0 }

    var bool: Bool? {
        var value = false
        return cj_get_bool(pointer, &value) ? value : nil
    }

    /// Nil where this is not a whole number, or one that `Integer` cannot hold. A number written with a fraction or an
    /// exponent (`1e3`) counts as not whole, as in the specification's Go bindings.
    func integer<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? {
        var unsigned: UInt64 = 0, signed: Int64 = 0
        if cj_get_uint64(pointer, &unsigned) { return Integer(exactly: unsigned) }
        return cj_get_int64(pointer, &signed) ? Integer(exactly: signed) : nil
    }

    var double: Double? {
        var value = 0.0
        return cj_get_double(pointer, &value) ? value : nil
    }

    private var text: cj_string? {
        var text = cj_string()
        return cj_get_string(pointer, &text) ? text : nil
    }

    func string() throws(SpecError) -> String {
        guard let text else { throw SpecError("must be a string") }
        // The kernel would cut it there.
        if text.containsNUL { throw SpecError("must not contain a NUL character") }
        guard let string = text.string else { throw SpecError("is not valid UTF-8") }
        return string
    }

    // MARK: arrays

    var elementCount: Int { cj_element_count(pointer) }

    func element(_ index: Int) -> JSONNode { JSONNode(pointer: cj_element(pointer, index)) }

    // MARK: objects

    /// The field's value; nil where there is none, or null. Of several the last one counts.
    func field(_ key: StaticString) -> JSONNode? {
        let node = key.withCharacters { cj_find(pointer, $0, $1) }.map(JSONNode.init(pointer:))
        return node.flatMap { $0.isNull ? nil : $0 }
    }

    /// Those that are null count, too.
    var fieldCount: Int { cj_member_count(pointer) }

    /// Calls `body` with each key and value but null, in the document's order.
    func forEachField(_ body: (String, JSONNode) throws(SpecError) -> Void) throws(SpecError) {
        for index in 0..<fieldCount {
            var text = cj_string()
            guard let value = cj_member(pointer, index, &text) else { continue }
            if text.containsNUL { throw SpecError("has a key with a NUL character") }
            guard let key = text.string else { throw SpecError("has a key that is not valid UTF-8") }
            let node = JSONNode(pointer: value)
            if !node.isNull { try body(key, node) }
        }
    }
}

extension cj_string {
    fileprivate var containsNUL: Bool { strlen(start) != length }
    /// Up to a NUL character; nil where it is not UTF-8.
    fileprivate var string: String? { String(validatingCString: start) }
}

extension StaticString {
    /// Its bytes, and how many they are.
    func withCharacters<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
        body(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self), utf8CodeUnitCount)
    }
}
