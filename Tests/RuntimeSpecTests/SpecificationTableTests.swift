import Foundation
import Testing

/// Tests/specification.md: each sentence has a test that exists, or a reason.
@Suite struct SpecificationTableTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The cells of the tables: a sentence, and what shows it.
    private static func rows() throws -> [(sentence: String, shown: String)] {
        try String(contentsOf: directory.appendingPathComponent("specification.md"), encoding: .utf8).split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| ") else { return nil }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 2 && cells[0] != "Sentence" ? (cells[0], cells[1]) : nil
        }
    }

    /// The text of every file of tests.
    private static func sources() throws -> [String] {
        let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return try files.filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    @Test func everyTestThatIsNamedExists() throws {
        let rows = try Self.rows(), sources = try Self.sources()
        try #require(rows.count > 90 && sources.count > 50)
        for row in rows {
            // Between backticks; what is a field's name has no suite.
            let names = row.shown.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            if names.isEmpty { #expect(row.shown.hasPrefix("— ") && row.shown.count > 30, "\(row)") }
            for name in names {
                let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
                let found = sources.contains { source in
                    source.contains("struct \(parts[0]) ")
                        && (parts.count == 1 || source.contains("func \(parts[1])(") || source.contains("func `\(parts[1])`("))
                }
                #expect(found, "\(name): there is no such test: \(row.sentence)")
            }
        }
    }
}
