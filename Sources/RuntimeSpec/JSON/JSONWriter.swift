import CRapidJSON

/// JSON text while it is being written, from its beginning to its end.
public struct JSONWriter {
    private let pointer: OpaquePointer

    /// What `body` writes, which is one value; indented with tabs, a line for each value, where it is pretty.
    static func text(pretty: Bool, _ body: (JSONWriter) -> Void) -> String {
        guard let pointer = cj_writer_new(pretty) else { fatalError("out of memory") }
        defer { cj_writer_free(pointer) }
        body(JSONWriter(pointer: pointer))
        let text = cj_writer_text(pointer)
        return String(decoding: UnsafeRawBufferPointer(start: text.start, count: text.length), as: UTF8.self)
    }

    func null() { cj_write_null(pointer) }
    func bool(_ value: Bool) { cj_write_bool(pointer, value) }

    func integer(_ value: some FixedWidthInteger) {
        if value < 0 { cj_write_int64(pointer, Int64(value)) } else { cj_write_uint64(pointer, UInt64(value)) }
    }

    /// The shortest text that reads as the same number; 5.0 as `5`.
    func double(_ value: Double) {
        let text = "\(value)"
        Self.withCharacters(of: text.hasSuffix(".0") ? String(text.dropLast(2)) : text) { cj_write_number(pointer, $0, $1) }
    }

    func string(_ value: String) { Self.withCharacters(of: value) { cj_write_string(pointer, $0, $1) } }

    func array(_ elements: () -> Void) {
        cj_begin_array(pointer)
        elements()
        cj_end_array(pointer)
    }

    // MARK: objects

    /// `fields` names each key once, followed by its value.
    func object(_ fields: () -> Void) {
        cj_begin_object(pointer)
        fields()
        cj_end_object(pointer)
    }

    func key(_ key: StaticString) { key.withCharacters { cj_write_key(pointer, $0, $1) } }
    func key(_ key: String) { Self.withCharacters(of: key) { cj_write_key(pointer, $0, $1) } }

    private static func withCharacters(of text: String, _ body: (UnsafePointer<CChar>, Int) -> Void) {
        var text = text
        text.withUTF8 { utf8 in
            // An empty Swift string has no address; RapidJSON wants one.
            guard let start = utf8.baseAddress else { return body("", 0) }
            start.withMemoryRebound(to: CChar.self, capacity: utf8.count) { body($0, utf8.count) }
        }
    }
}
