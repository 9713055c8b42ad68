import ArgumentParser
import UsernsRuntime

/// A command line after its global options have been read.
struct Invocation {
    enum Action {
        /// Help, or the version.
        case show(String)
        case perform(any RuntimeCommand)
    }

    private(set) var request = GlobalRequest()
    private(set) var logPath: String?
    private(set) var logFormat = LogFormat.text
    private(set) var debug = false
    private var asksForVersion = false
    private var asksForHelp = false
    private let commandName: String?
    private let commandArguments: [String]

    /// - Parameter arguments: without the program's name.
    init(_ arguments: [String]) throws(RuntimeError) {
        // Most often there are no global options, and then none are parsed: that is half of the time of parsing.
        if let first = arguments.first, !first.hasPrefix("-") {
            commandName = first
            commandArguments = Array(arguments.dropFirst())
            return
        }
        let options: GlobalOptions?
        do {
            options = try GlobalOptions.parsed(arguments)
        } catch {
            throw Self.usageError(GlobalOptions.message(for: error), seeHelpOf: "runc")
        }
        guard let options else {
            asksForHelp = true
            commandName = nil
            commandArguments = []
            return
        }
        request = options.request
        logPath = options.log
        logFormat = options.logFormat
        debug = options.debug
        asksForVersion = options.version
        commandName = options.command
        commandArguments = options.commandArguments
    }

    /// What the command line asks for, its command parsed.
    func action() throws(RuntimeError) -> Action {
        if asksForVersion { return .show(ProgramVersion.lines) }
        guard !asksForHelp, let commandName else { return .show(Self.help(of: nil)) }
        if commandName == "help" { return .show(Self.help(of: try commandArguments.first.map(Self.command(named:)))) }
        let command = try Self.command(named: commandName)
        do {
            guard let parsed = try command.parsed(commandArguments) else { return .show(Self.help(of: command)) }
            return .perform(parsed)
        } catch {
            throw Self.usageError(command.message(for: error), seeHelpOf: "runc \(commandName)")
        }
    }

    private static func command(named given: String) throws(RuntimeError) -> any RuntimeCommand.Type {
        guard let name = CommandName.named(given) else {
            throw usageError("Unknown command '\(given)'", seeHelpOf: "runc")
        }
        return name.command
    }

    /// nil: of the whole program.
    private static func help(of command: (any RuntimeCommand.Type)?) -> String {
        let text = if let command { RuncCommand.helpMessage(for: command) } else { RuncCommand.helpMessage() }
        return text.hasSuffix("\n") ? text : text + "\n"
    }

    private static func usageError(_ message: String, seeHelpOf command: String) -> RuntimeError {
        // One line, whatever the message: engines read lines.
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        return RuntimeError(line, hint: "see \(command) --help")
    }
}
