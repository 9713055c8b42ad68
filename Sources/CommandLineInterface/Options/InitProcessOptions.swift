import ArgumentParser

/// What `create`, `run` and `restore` share.
struct InitProcessOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: .option("Send the master of the container's terminal to this socket.", kind: "sock"))
    var consoleSocket: String?

    @Option(parsing: .unconditional, help: .option("Write the pid of the container's process to this file.", kind: "file"))
    var pidFile: String?

    @Flag(help: .flag("Don't use pivot_root: for a root file system on a ramdisk."))
    var noPivot = false
}
