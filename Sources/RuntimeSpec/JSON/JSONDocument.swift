import CJSONC

/// Text to a json-c tree, strictly: json-c lets some things pass that are not JSON, or that it cannot represent.
enum JSONDocument {
    /// No configuration comes near; a hostile one must not fill the memory.
    static let maximumBytes = 16 << 20
    /// The deepest field of the specification lies 7 levels down; unknown fields may go deeper.
    static let maximumDepth: Int32 = 64

    /// What a document is; json-c would wait for more text after a number or a word at the top.
    enum Top: String {
        case object = "{"
        case array = "["
    }

    /// The root of the tree, owned by the caller.
    static func parse(_ bytes: UnsafeRawBufferPointer, top: Top = .object) throws(SpecError) -> JSONNode {
        guard bytes.count <= maximumBytes else { throw SpecError("is larger than \(maximumBytes) bytes") }
        var lexer = JSONLexicalCheck(bytes)
        try lexer.run(top)
        if lexer.integersBeyond64Bits.isEmpty { return try tree(of: bytes) }

        // json-c would saturate such a number to one that a field may hold. As a fraction it keeps its place in the
        // document, and no field accepts it: so the error names the field, and in an unknown field there is none.
        let patched = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { patched.deallocate() }
        patched.copyMemory(from: bytes)
        for end in lexer.integersBeyond64Bits {
            patched[end - 2] = UInt8(ascii: "e")
            patched[end - 1] = UInt8(ascii: "0")
        }
        return try tree(of: UnsafeRawBufferPointer(patched))
    }

    private static func tree(of bytes: UnsafeRawBufferPointer) throws(SpecError) -> JSONNode {
        guard let tokener = json_tokener_new_ex(maximumDepth) else { fatalError("out of memory") }
        defer { json_tokener_free(tokener) }
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT)
        let root = json_tokener_parse_ex(tokener, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
        if let root { return JSONNode(pointer: root) }

        let failure = json_tokener_get_error(tokener)
        let position = TextPosition(of: json_tokener_get_parse_end(tokener), in: bytes)
        switch failure {
        case json_tokener_continue:
            throw SpecError("\(position): the text ends within a value")
        case json_tokener_error_depth:
            throw SpecError("\(position): nested deeper than \(maximumDepth) levels")
        default:
            throw SpecError("\(position): \(String(cString: json_tokener_error_desc(failure)))")
        }
    }
}

/// A place in a text as a person counts: `line 3, column 7`, both from 1, columns in bytes.
struct TextPosition: CustomStringConvertible {
    let line: Int
    let column: Int

    init(of offset: Int, in bytes: UnsafeRawBufferPointer) {
        let before = bytes.prefix(offset)
        let newline = UInt8(ascii: "\n")
        line = before.count { $0 == newline } + 1
        column = before.count - (before.lastIndex(of: newline).map { $0 + 1 } ?? 0) + 1
    }

    var description: String { "line \(line), column \(column)" }
}
