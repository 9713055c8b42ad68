import Foundation

/// cli.md, read as data: what the command line is documented to be.
struct CommandLineDocument {
    struct Option: Equatable {
        /// With their dashes: `--bundle`, `-b`.
        var names: [String]
        /// As it is written: `DIR`, `table|json`; nil where none is.
        var valueKind: String?
        var defaultText: String?
        var isHidden: Bool
    }

    struct Positional: Equatable {
        var isOptional: Bool
        var isRepeating: Bool
    }

    struct Command {
        var name: String
        var positionals: [Positional]
        var options: [Option]
    }

    var globalOptions: [Option]
    var commands: [Command] = []

    /// The kinds of value of the options that are written with one in at least one place.
    var valueKinds: [String: String] {
        let all = globalOptions + commands.flatMap(\.options)
        return Dictionary(
            all.compactMap { option in option.valueKind.map { (option.names[0], $0) } }, uniquingKeysWith: { first, _ in first })
    }

    init(_ text: String) throws {
        let lines = text.components(separatedBy: "\n")
        let paragraphs = text.components(separatedBy: "\n\n")
        let introduction = paragraphs.filter { $0.contains("`--version`/`-v`") }.joined()
        let global = paragraphs.filter { $0.hasPrefix("Global:") }.joined()
        globalOptions = Self.options(in: global)
        for name in ["--help", "--version"] where introduction.contains("`\(name)`/`-\(name.dropFirst(2).prefix(1))`") {
            globalOptions.append(
                Option(names: [name, "-" + name.dropFirst(2).prefix(1)], valueKind: nil, defaultText: nil, isHidden: false))
        }
        for line in lines where line.hasPrefix("| `") {
            let cells = line.replacingOccurrences(of: "\\|", with: "\u{1}").split(separator: "|").map {
                $0.replacingOccurrences(of: "\u{1}", with: "|").trimmingCharacters(in: .whitespaces)
            }
            let inherited = commands.first { cells[1].hasPrefix("those of \($0.name)") }?.options ?? []
            for span in Self.codeSpans(in: cells[0]) {
                let name = String(span.prefix { $0 != " " })
                commands.append(
                    Command(
                        name: name, positionals: Self.positionals(in: String(span.dropFirst(name.count))),
                        options: inherited + Self.options(in: cells[1])))
            }
        }
    }

    private static func codeSpans(in text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    }

    private static func options(in text: String) -> [Option] {
        let parts = text.components(separatedBy: "`")
        return parts.indices.filter { !$0.isMultiple(of: 2) && parts[$0].hasPrefix("--") }.map { index in
            let words = parts[index].split(separator: " ", maxSplits: 1).map(String.init)
            let defaultText = parts[index + 1].firstMatch(of: /^[ (,]*default:? ([^,;)|]+)/).map { String($0.1) }
            return Option(
                names: words[0].components(separatedBy: "/"), valueKind: words.count > 1 ? words[1] : nil, defaultText: defaultText,
                isHidden: parts[..<index].joined().contains("hidden"))
        }
    }

    private static func positionals(in text: String) -> [Positional] {
        text.matches(of: /\[[^\]]*\]|\S+/).map { match in
            let word = String(match.0)
            let isOptional = word.hasPrefix("[")
            return Positional(isOptional: isOptional, isRepeating: word.hasSuffix("…") || (isOptional && word.contains(" ")))
        }
    }
}
