import Foundation
import Testing

@testable import CommandLineInterface

/// The pages of man/ say what the parser and the help say.
@Suite struct ManualPageTests {
    let program: ParserDescription.Command

    init() throws { program = try ParserDescription.ofProgram() }

    private static func pageName(_ command: CommandName?) -> String { command.map { "runc-\($0.rawValue)" } ?? "runc" }

    @Test func everyCommandHasAPage() throws {
        let wanted = ([nil] + CommandName.allCases.map(Optional.some)).map(Self.pageName)
        #expect(try ManualPage.names().sorted() == wanted.sorted())
    }

    @Test(arguments: [nil] + CommandName.allCases.map(Optional.some))
    func optionsAreTheParsers(_ command: CommandName?) throws {
        let page = try ManualPage(Self.pageName(command))
        #expect(page.title == "% \(Self.pageName(command)) 8")
        let parser = try #require(command.map { command in program.subcommands?.first { $0.commandName == command.rawValue } } ?? program)
        let parsed = (parser.arguments ?? []).filter { $0.kind != "positional" && $0.shouldDisplay }
        #expect(page.options.map(\.names[0]).sorted() == parsed.map(\.dashedNames[0]).sorted())
        for argument in parsed {
            let long = argument.dashedNames[0], comment = Comment(rawValue: "\(Self.pageName(command)) \(long)")
            let option = try #require(page.options.first { $0.names[0] == long }, comment)
            #expect(option.names == argument.dashedNames, comment)
            #expect(option.valueKind == (argument.kind == "option" ? argument.valueName : nil), comment)
            #expect(option.defaultText == (long == "--help" ? "off" : argument.shownDefault), comment)
            for value in argument.allValues ?? [] { #expect(option.text.contains("`\(value)`"), comment) }
        }
    }
}

extension ParserDescription.Argument {
    /// As the help shows it: the property's own, or the one that the text tells.
    fileprivate var shownDefault: String? {
        if kind == "option", let defaultValue { return defaultValue }
        return abstract?.firstMatch(of: /\(default: (.+?)\)$/).map { String($0.1) }
    }
}
