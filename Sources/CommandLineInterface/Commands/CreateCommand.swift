import ArgumentParser
import UsernsRuntime

/// `create ID`.
struct CreateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .create, arguments: "<id>", abstract: "Creates a container; start runs its process.")

    @Option(name: "--bundle -b", parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Option(name: "--console-socket", parsing: .unconditional, help: .consoleSocket)
    var consoleSocket: String?

    @Option(name: "--pidfd-socket", parsing: .unconditional, help: .pidfdSocket)
    var pidfdSocket: String?

    @Option(name: "--pid-file", parsing: .unconditional, help: .pidFile)
    var pidFile: String?

    @Flag(name: "--no-pivot", help: .noPivot)
    var noPivot = false

    @Flag(name: "--no-new-keyring", help: .flag("Leave the session keyring as it is."))
    var noNewKeyring = false

    @Option(name: "--preserve-fds", parsing: .unconditional, help: .preserveFDs)
    var preserveFDs: String?

    @Argument(help: .containerID)
    var id: String

    func validate() throws { try DescriptorCount.require(preserveFDs) }

    var request: CreateRequest {
        CreateRequest(
            id: id, bundle: bundle ?? ".", consoleSocket: consoleSocket, pidfdSocket: pidfdSocket, pidFile: pidFile,
            noPivot: noPivot, noNewKeyring: noNewKeyring, preserveFDs: DescriptorCount.number(preserveFDs) ?? 0)
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.create(request)
        return 0
    }
}
