import ArgumentParser

/// Options and arguments that are parsed by themselves: those of one command, or the global ones.
protocol ParsedAlone: ParsableCommand {
    /// Whether what follows the first argument is another program's, untouched.
    static var passesThrough: Bool { get }
    /// That, where it is there.
    var passedThrough: [String] { get }
}

extension ParsedAlone {
    /// nil where help was asked for.
    static func parsed(_ arguments: [String]) throws -> Self? {
        let first = Result { try parsedAsWritten(arguments) }
        if case .success(.some(let command)) = first { return command }
        let flags = GoFlags(help: helpMessage(includeHidden: true, columns: 80))
        func rewritten(keepEmpty: Bool) -> [String] { flags.rewritten(arguments, endAtArgument: passesThrough, keepEmpty: keepEmpty) }
        // An empty value must be one that the option takes: then it is as if the option were not there.
        let whole = rewritten(keepEmpty: true), short = rewritten(keepEmpty: false)
        if whole == arguments { return try first.get() }
        let command = try parsedAsWritten(whole)
        return command == nil || short == whole ? command : try parsedAsWritten(short)
    }

    private static func parsedAsWritten(_ arguments: [String]) throws -> Self? {
        guard let command = try parseAsRoot(arguments) as? Self else { return nil }
        try arguments.dropLast(command.passedThrough.count).refuseEmptyValues()
        return command
    }
}

extension Sequence<String> {
    /// ArgumentParser takes `--option=` for an option whose value comes next, and would swallow another one's name.
    fileprivate func refuseEmptyValues() throws {
        for argument in self where argument.hasPrefix("-") && argument.firstIndex(of: "=") == argument.indices.last {
            throw ValidationError("The value of '\(argument.dropLast())' is empty")
        }
    }
}
