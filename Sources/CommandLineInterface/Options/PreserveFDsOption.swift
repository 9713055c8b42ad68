import ArgumentParser

/// `--preserve-fds`, wherever there is one.
struct PreserveFDsOption: ParsableArguments {
    @Option(
        name: .customLong("preserve-fds"), parsing: .unconditional,
        help: ArgumentHelp("Pass this many descriptors to the process, from 3 on.", valueName: "n"))
    var count = 0

    func validate() throws {
        guard count >= 0 else { throw ValidationError("The value '\(count)' is invalid for '--preserve-fds <n>'") }
    }
}
