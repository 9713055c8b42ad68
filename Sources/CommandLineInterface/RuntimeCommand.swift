import ArgumentParser
import UsernsRuntime

/// One command of the command line: its options, and the call of the runtime that they become.
protocol RuntimeCommand: ParsableCommand {
    /// Carries the command out and returns the program's exit status.
    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32
}

extension RuntimeCommand {
    /// nil where help was asked for.
    static func parsed(_ arguments: [String]) throws -> Self? {
        try parseAsRoot(arguments) as? Self
    }
}

extension CommandConfiguration {
    static func command(_ name: String, abstract: String) -> CommandConfiguration {
        // Named here: otherwise the name is made of the type's, which is looked up at run time, and slowly. For the
        // super-command see GlobalOptions.
        CommandConfiguration(commandName: name, _superCommandName: "runc", abstract: abstract)
    }
}
