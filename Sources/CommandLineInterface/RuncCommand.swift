import ArgumentParser

/// The whole command line, for its help: commands are parsed one by one (see `GlobalOptions`).
struct RuncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runc",
        abstract: "Runs containers as the OCI runtime specification describes them, rootless first.",
        usage: "runc [<global options>] <command> [<options>] [<arguments>]",
        subcommands: commands)

    @OptionGroup var globalOptions: GlobalOptions

    static let commands: [any RuntimeCommand.Type] = [
        CreateCommand.self, RunCommand.self, StartCommand.self, StateCommand.self, ListCommand.self, KillCommand.self,
        DeleteCommand.self, ExecCommand.self, PsCommand.self, PauseCommand.self, ResumeCommand.self, EventsCommand.self,
        UpdateCommand.self, SpecCommand.self, FeaturesCommand.self, CheckpointCommand.self, RestoreCommand.self,
    ]

    static func command(named name: String) -> (any RuntimeCommand.Type)? {
        commands.first { $0.configuration.commandName == name }
    }
}
