import ArgumentParser
import UsernsRuntime

/// `restore ID`.
struct RestoreCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("restore", abstract: "Restores a container from files.")

    @OptionGroup var bundle: BundleOption

    @OptionGroup var process: InitProcessOptions

    @OptionGroup var options: CheckpointOptions

    @OptionGroup var detaching: DetachOptions

    @Option(parsing: .unconditional, help: .option("Run under this label or profile.", kind: "type:label", default: "that of the image"))
    var lsmProfile: String?

    @Option(parsing: .unconditional, help: .option("Mount with this SELinux context.", kind: "ctx", default: "that of the image"))
    var lsmMountContext: String?

    @OptionGroup var container: ContainerArgument

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.refuse("restore")
        return 0
    }
}
