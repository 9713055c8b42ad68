import ArgumentParser
import UsernsRuntime

/// One command of the command line: its options, and the call of the runtime that they become.
protocol RuntimeCommand: ParsedAlone {
    /// Carries the command out and returns the program's exit status.
    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32
}

extension RuntimeCommand {
    static var passesThrough: Bool { false }
    var passedThrough: [String] { [] }
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
