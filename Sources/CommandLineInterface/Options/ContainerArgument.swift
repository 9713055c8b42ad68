import ArgumentParser

/// The container that a command is about.
struct ContainerArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The container's id: letters, digits and _+-., at most 1,024.", valueName: "id"))
    var id: String
}
