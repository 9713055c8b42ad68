import ArgumentParser
import UsernsRuntime

/// `create ID`.
struct CreateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("create", abstract: "Creates a container; start runs its process.")

    @Option(name: .shortAndLong, parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Option(parsing: .unconditional, help: .consoleSocket)
    var consoleSocket: String?

    @Option(parsing: .unconditional, help: .pidfdSocket)
    var pidfdSocket: String?

    @Option(parsing: .unconditional, help: .pidFile)
    var pidFile: String?

    @Flag(help: .noPivot)
    var noPivot = false

    @Flag(help: .flag("Leave the session keyring as it is."))
    var noNewKeyring = false

    @Option(name: .customLong("preserve-fds"), parsing: .unconditional, help: .preserveFDs)
    var preserveFDs = DescriptorCount.none

    @Argument(help: .containerID)
    var id: String

    var request: CreateRequest {
        CreateRequest(
            id: id, bundle: bundle ?? ".", consoleSocket: consoleSocket, pidfdSocket: pidfdSocket, pidFile: pidFile,
            noPivot: noPivot, noNewKeyring: noNewKeyring, preserveFDs: preserveFDs.number)
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.create(request)
        return 0
    }
}
