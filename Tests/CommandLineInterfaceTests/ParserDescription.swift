import Foundation

@testable import CommandLineInterface

/// What ArgumentParser itself says of the command line, for tools.
struct ParserDescription: Decodable {
    struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?
        var arguments: [Argument]?
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        /// `option`, `flag` or `positional`.
        var kind: String
        var shouldDisplay: Bool
        var isOptional: Bool
        var isRepeating: Bool
        var parsingStrategy: String
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?
        var abstract: String?

        /// With their dashes, the long one first, as cli.md has them.
        var dashedNames: [String] {
            (names ?? []).sorted { $0.kind < $1.kind }.map { ($0.kind == "long" ? "--" : "-") + $0.name }
        }
    }

    var command: Command

    static func ofProgram() throws -> Command {
        try JSONDecoder().decode(ParserDescription.self, from: Data(RuncCommand._dumpHelp().utf8)).command
    }
}
