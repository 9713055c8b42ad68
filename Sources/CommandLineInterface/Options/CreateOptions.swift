import ArgumentParser
import UsernsRuntime

/// The options that `create` and `run` share.
struct CreateOptions: ParsableArguments {
    @OptionGroup var bundle: BundleOption

    @OptionGroup var process: InitProcessOptions

    @Option(parsing: .unconditional, help: .option("Send the pidfd of the container's process to this socket.", kind: "sock"))
    var pidfdSocket: String?

    @Flag(help: .flag("Leave the session keyring as it is."))
    var noNewKeyring = false

    @OptionGroup var descriptors: PreserveFDsOption

    func request(id: String) -> CreateRequest {
        CreateRequest(
            id: id, bundle: bundle.path, consoleSocket: process.consoleSocket, pidfdSocket: pidfdSocket, pidFile: process.pidFile,
            noPivot: process.noPivot, noNewKeyring: noNewKeyring, preserveFDs: descriptors.count)
    }
}
