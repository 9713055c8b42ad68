import ArgumentParser
import UsernsRuntime

/// `run ID`.
///
/// The options of `create` are written out again: a group of options that both share costs ArgumentParser a tenth of its
/// time, and this is the command that people wait for.
struct RunCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .run, arguments: "<id>", abstract: "Creates a container, runs its process, and deletes it.")

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

    @Flag(name: "--detach -d", help: .detach)
    var detach = false

    @Flag(name: "--keep", help: .flag("Keep the container after its process has ended."))
    var keep = false

    @Flag(name: "--no-subreaper", help: .noSubreaper)
    var noSubreaper = false

    @Argument(help: .containerID)
    var id: String

    func validate() throws { try DescriptorCount.require(preserveFDs) }

    var request: RunRequest {
        RunRequest(
            create: CreateRequest(
                id: id, bundle: bundle ?? ".", consoleSocket: consoleSocket, pidfdSocket: pidfdSocket, pidFile: pidFile,
                noPivot: noPivot, noNewKeyring: noNewKeyring, preserveFDs: DescriptorCount.number(preserveFDs) ?? 0),
            detach: detach, keep: keep, noSubreaper: noSubreaper)
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.run(request)
    }
}
