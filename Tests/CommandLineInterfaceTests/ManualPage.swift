import Foundation

/// A page of man/, read as data: the options that it explains.
struct ManualPage {
    struct Option {
        /// With their dashes, the long one first.
        var names: [String]
        /// nil for a flag.
        var valueKind: String?
        var text: String
        /// What follows `Default: ` at the end of the text.
        var defaultText: String?
    }

    let title: String
    let options: [Option]

    static let folder = URL(filePath: #filePath).appending(path: "../../../man").standardizedFileURL

    /// The names of all pages there are.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".8.md") }.map { String($0.dropLast(5)) }
    }

    init(_ name: String) throws {
        let lines = try String(contentsOf: Self.folder.appending(path: "\(name).8.md"), encoding: .utf8).components(separatedBy: "\n")
        title = lines[0]
        let section = lines.drop { $0 != "# OPTIONS" }.dropFirst().prefix { !$0.hasPrefix("# ") }
        options = section.indices.filter { section[$0].hasPrefix("**--") }.map { index in
            let text = section[(index + 1)...].prefix { !$0.isEmpty }.joined(separator: " ").drop { $0 == ":" || $0 == " " }
            return Option(
                names: section[index].matches(of: /\*\*(-[^*]+)\*\*/).map { String($0.1) },
                valueKind: section[index].firstMatch(of: /[^*]\*([^*]+)\*$/).map { String($0.1) },
                text: String(text), defaultText: text.firstMatch(of: /Default: (.+)\.$/).map { String($0.1) })
        }
    }
}
