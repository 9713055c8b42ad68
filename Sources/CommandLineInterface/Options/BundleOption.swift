import ArgumentParser

/// `--bundle`, wherever there is one.
struct BundleOption: ParsableArguments {
    @Option(
        name: [.customLong("bundle"), .customShort("b")], parsing: .unconditional,
        help: ArgumentHelp("The bundle: the directory of config.json.", valueName: "dir"))
    var path = "."
}
