import ArgumentParser
import UsernsRuntime

/// `restore ID`.
struct RestoreCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("restore", abstract: "Restores a container from files.")

    @Option(name: .shortAndLong, parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Option(parsing: .unconditional, help: .consoleSocket)
    var consoleSocket: String?

    @Option(parsing: .unconditional, help: .pidFile)
    var pidFile: String?

    @Flag(help: .noPivot)
    var noPivot = false

    @OptionGroup var options: CheckpointOptions

    @Flag(name: .shortAndLong, help: .detach)
    var detach = false

    @Flag(help: .noSubreaper)
    var noSubreaper = false

    @Option(parsing: .unconditional, help: .option("Run under this label or profile.", kind: "type:label", default: "that of the image"))
    var lsmProfile: String?

    @Option(parsing: .unconditional, help: .option("Mount with this SELinux context.", kind: "ctx", default: "that of the image"))
    var lsmMountContext: String?

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.refuse("restore")
        return 0
    }
}
