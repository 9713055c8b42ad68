import Foundation
import Testing

@testable import CommandLineInterface

/// The parser, the help and cli.md say the same.
@Suite struct CommandLineDocumentTests {
    let document: CommandLineDocument
    let program: ParserDescription.Command

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let text = Result { try String(contentsOf: folder.appendingPathComponent("cli.md"), encoding: .utf8) }

    init() throws {
        document = try CommandLineDocument(Self.text.get())
        program = try ParserDescription.ofProgram()
    }

    /// Where the requirements are beside the checkout, the copy is theirs.
    @Test func copyIsTheOriginal() throws {
        let original = Self.folder.appendingPathComponent("../../../shared/cli.md").standardizedFileURL
        guard FileManager.default.fileExists(atPath: original.path) else { return }
        #expect(try String(contentsOf: original, encoding: .utf8) == Self.text.get())
    }

    @Test func commandsAreTheDocumented() {
        let parsed = (program.subcommands ?? []).map(\.commandName).filter { $0 != "help" }
        #expect(parsed.sorted() == document.commands.map(\.name).sorted())
        #expect(document.commands.count == 17)
        #expect(CommandName.allCases.map { $0.command._commandName } == CommandName.allCases.map(\.rawValue))
    }

    @Test func globalOptionsAreTheDocumented() throws {
        #expect(document.globalOptions.count == 9)
        // What engines still pass, and runc has without a word of it too.
        let criu = CommandLineDocument.Option(names: ["--criu"], valueKind: "PATH", defaultText: nil, isHidden: true)
        try compare(documented: document.globalOptions + [criu], parsed: program.arguments ?? [], of: "the program")
    }

    @Test(arguments: CommandName.allCases)
    func optionsAreTheDocumented(_ name: CommandName) throws {
        let documented = try #require(document.commands.first { $0.name == name.rawValue })
        let parsed = try #require(program.subcommands?.first { $0.commandName == name.rawValue })
        let help = CommandLineDocument.Option(names: ["--help", "-h"], valueKind: nil, defaultText: nil, isHidden: false)
        try compare(documented: documented.options + [help], parsed: parsed.arguments ?? [], of: name.rawValue)
        let positionals = (parsed.arguments ?? []).filter { $0.kind == "positional" }
        #expect(positionals.count == documented.positionals.count, "\(name)")
        for (parsed, documented) in zip(positionals, documented.positionals) {
            // Every list may be empty for the parser: that exec needs a command depends on --process.
            #expect(parsed.isOptional == (documented.isOptional || documented.isRepeating), "\(name)")
            #expect(parsed.isRepeating == documented.isRepeating, "\(name)")
        }
    }

    /// Both ways: nothing documented is missing, nothing that is there is undocumented.
    private func compare(
        documented: [CommandLineDocument.Option], parsed: [ParserDescription.Argument], of owner: String
    ) throws {
        let parsedOptions = parsed.filter { $0.kind != "positional" }
        #expect(documented.map { $0.names.sorted() }.map(\.description).sorted()
            == parsedOptions.map { $0.dashedNames.sorted() }.map(\.description).sorted(), "\(owner)")
        for option in documented {
            let match = try #require(parsedOptions.first { $0.dashedNames.contains(option.names[0]) }, "\(owner) \(option.names)")
            let comment = Comment(rawValue: "\(owner) \(option.names[0])")
            #expect(match.shouldDisplay != option.isHidden, comment)
            // The document writes a kind of value where it is not plain from the name: in update's row it never is.
            let kind = option.valueKind ?? document.valueKinds[option.names[0]]
            let takesValue = kind != nil || (owner == "update" && option.names[0] != "--help")
            // spec's own --rootless is a flag, of the name of a global option.
            let isSpecRootless = owner == "spec" && option.names[0] == "--rootless"
            #expect(match.kind == (takesValue && !isSpecRootless ? "option" : "flag"), comment)
            // `table|json` are the values themselves; `FILE|-` is not.
            let values = kind?.components(separatedBy: "|") ?? []
            if values.count > 1, kind == kind?.lowercased(), !isSpecRootless {
                // The global options check their values themselves, and name them in their help.
                let words = (match.abstract ?? "").components(separatedBy: CharacterSet.alphanumerics.inverted)
                #expect(match.allValues.map { Set($0) == Set(values) } ?? Set(values).isSubset(of: words), comment)
            }
            if match.kind == "option" { #expect(match.parsingStrategy == "unconditional", comment) }
        }
    }

    /// Each option's entry in the help shows its kind of value and its default, and the one that is documented.
    @Test(arguments: [nil] + CommandName.allCases.map(Optional.some))
    func helpShowsKindAndDefault(_ name: CommandName?) throws {
        let help = name.map { RuncCommand.helpMessage(for: $0.command, columns: 1000) } ?? RuncCommand.helpMessage(columns: 1000)
        let entries = Self.entries(of: help)
        let parsed = name.map { name in program.subcommands?.first { $0.commandName == name.rawValue } } ?? program
        let documented = name.map { name in document.commands.first { $0.name == name.rawValue }?.options ?? [] }
            ?? document.globalOptions
        for argument in try #require(parsed).arguments ?? [] where argument.kind != "positional" && argument.shouldDisplay {
            let long = argument.dashedNames[0]
            let entry = try #require(entries.first { $0.contains(long + " ") }, "\(long) is not in the help")
            let comment = Comment(rawValue: entry)
            if argument.kind == "option" { #expect(entry.contains("\(long) <\(try #require(argument.valueName))> "), comment) }
            guard long != "--help" else { continue }
            #expect(entry.contains("default: "), comment)
            for value in argument.allValues ?? [] { #expect(entry.contains(value), comment) }
            if let text = documented.first(where: { $0.names[0] == long })?.defaultText {
                #expect(entry.contains("default: \(text))"), comment)
            }
        }
        for argument in try #require(parsed).arguments ?? [] where !argument.shouldDisplay {
            #expect(!entries.contains { $0.contains((argument.dashedNames.first ?? "no name") + " ") })
        }
    }

    /// An entry of the help on one line: its label and what follows, also where that is on lines of its own.
    private static func entries(of help: String) -> [String] {
        help.components(separatedBy: "\n").reduce(into: []) { entries, line in
            if line.hasPrefix("   "), !entries.isEmpty {
                entries[entries.count - 1] += " " + line.trimmingCharacters(in: .whitespaces)
            } else if line.hasPrefix("  ") {
                entries.append(line.trimmingCharacters(in: .whitespaces))
            }
        }
    }
}
