import CRapidJSON

/// Text to a tree of values.
enum JSONDocument {
    /// Of a document that says nothing else. No configuration comes near; a hostile one must not fill the memory.
    static let maximumBytes = 16 << 20
    /// The deepest field of the specification lies 7 levels down; unknown fields may go deeper.
    static let maximumDepth: UInt32 = 64

    /// Calls `body` with the root of the tree, which is there for as long.
    static func read<Result>(
        _ bytes: [UInt8], maximumBytes: Int = maximumBytes, _ body: (JSONNode) throws(SpecError) -> Result
    ) throws(SpecError) -> Result {
        try bytes.withUnsafeBufferPointer { (bytes) throws(SpecError) in try read(UnsafeRawBufferPointer(bytes), maximumBytes: maximumBytes, body) }
    }

    /// Calls `body` with the root of the tree, which is there for as long.
    static func read<Result>(
        _ bytes: UnsafeRawBufferPointer, maximumBytes: Int = maximumBytes, _ body: (JSONNode) throws(SpecError) -> Result
    ) throws(SpecError) -> Result {
        guard bytes.count <= maximumBytes else { throw SpecError("is larger than \(maximumBytes) bytes") }
        guard let text = bytes.bindMemory(to: CChar.self).baseAddress, bytes.count > 0 else { throw SpecError("is empty") }
        var failure = cj_failure()
        guard let document = cj_document_new(text, bytes.count, maximumDepth, &failure), let root = cj_document_root(document) else {
            throw error(failure, in: bytes)
        }
        defer { cj_document_free(document) }
        return try body(JSONNode(pointer: root))
    }

    private static func error(_ failure: cj_failure, in bytes: UnsafeRawBufferPointer) -> SpecError {
        let place = TextPosition(of: failure.offset, in: bytes)
        switch failure.kind {
        case CJ_EMPTY: return SpecError("is empty")
        case CJ_UNFINISHED: return SpecError("\(place): the text ends within a value")
        case CJ_TOO_DEEP: return SpecError("\(place): nested deeper than \(maximumDepth) levels")
        default:
            // A sentence, which becomes a part of ours.
            let sentence = String(cString: failure.problem)
            return SpecError("\(place): \(sentence.prefix(1).lowercased())\(sentence.dropFirst().dropLast())")
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
