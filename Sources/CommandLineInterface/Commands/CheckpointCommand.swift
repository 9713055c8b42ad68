import ArgumentParser
import UsernsRuntime

/// `checkpoint ID`.
struct CheckpointCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("checkpoint", abstract: "Saves a running container to files.")

    @OptionGroup var options: CheckpointOptions

    @Option(parsing: .unconditional, help: .option("Directory of the pre-dump that this one continues.", kind: "dir"))
    var parentPath: String?

    @Flag(help: .flag("Leave the container running."))
    var leaveRunning = false

    @Flag(help: .flag("Leave out TCP connections that are not yet established."))
    var tcpSkipInFlight = false

    @Flag(help: .flag("Link files again that were removed while in use."))
    var linkRemap = false

    @Option(parsing: .unconditional, help: .option("Tell this descriptor when the page server is ready.", kind: "fd"))
    var statusFd: Int32?

    @Option(parsing: .unconditional, help: .option("Send memory to this page server.", kind: "addr:port"))
    var pageServer: String?

    @Flag(help: .flag("Save only the memory, and leave the container running."))
    var preDump = false

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.refuse("checkpoint")
        return 0
    }
}
