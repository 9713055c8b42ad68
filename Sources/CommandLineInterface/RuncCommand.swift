import ArgumentParser

/// The whole command line, for its help: commands are parsed one by one (see `GlobalOptions`).
struct RuncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runc",
        abstract: "Runs containers as the OCI runtime specification describes them, rootless first.",
        usage: "runc [<global options>] <command> [<options>] [<arguments>]",
        subcommands: CommandName.allCases.map(\.command),
        helpNames: CommandConfiguration.helpNames)

    @OptionGroup var globalOptions: GlobalOptions
}
