import ArgumentParser
import UsernsRuntime

/// One command of the command line: its options, and the call of the runtime that they become.
protocol RuntimeCommand: ParsableCommand {
    /// What follows the options and arguments of this command, untouched: it is another program's.
    var passedThrough: [String] { get }

    /// Carries the command out and returns the program's exit status.
    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32
}

extension RuntimeCommand {
    var passedThrough: [String] { [] }

    /// nil where help was asked for.
    static func parsed(_ arguments: [String]) throws -> Self? {
        guard let command = try parseAsRoot(arguments) as? Self else { return nil }
        try arguments.dropLast(command.passedThrough.count).refuseEmptyValues()
        return command
    }
}

extension CommandConfiguration {
    static let helpNames: NameSpecification = "--help -h"

    /// - Parameter arguments: what follows the options, as help shows it.
    static func command(_ name: CommandName, arguments: String = "", abstract: String) -> CommandConfiguration {
        // All names are written out, here and in each option. What ArgumentParser makes of the names of types and properties,
        // and of `.shortAndLong`, takes a fifth of the time of parsing. For the super-command see GlobalOptions.
        CommandConfiguration(
            commandName: name.rawValue, _superCommandName: "runc", abstract: abstract,
            usage: "runc \(name.rawValue) [<options>]" + (arguments.isEmpty ? "" : " \(arguments)"), helpNames: helpNames)
    }
}

extension Sequence<String> {
    /// ArgumentParser takes `--option=` for an option whose value comes next, and would swallow another one's name.
    func refuseEmptyValues() throws {
        for argument in self where argument.hasPrefix("-") && argument.firstIndex(of: "=") == argument.indices.last {
            throw ValidationError("The value of '\(argument.dropLast())' is empty")
        }
    }
}
