import ArgumentParser
import CheckpointRestore
import UsernsRuntime

/// `checkpoint ID`.
struct CheckpointCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .checkpoint, arguments: "<id>", abstract: "Saves a running container to files.")

    @OptionGroup var options: CheckpointOptions

    @Option(
        name: "--parent-path", parsing: .unconditional,
        help: .option("Directory of the pre-dump that this one continues.", kind: "dir"))
    var parentPath: String?

    @Flag(name: "--leave-running", help: .flag("Leave the container running."))
    var leaveRunning = false

    @Flag(name: "--tcp-skip-in-flight", help: .flag("Leave out TCP connections that are not yet established."))
    var tcpSkipInFlight = false

    @Flag(name: "--link-remap", help: .flag("Link files again that were removed while in use."))
    var linkRemap = false

    @Option(
        name: "--status-fd", parsing: .unconditional,
        help: .option("Tell this descriptor when the page server is ready.", kind: "fd"))
    var statusFd: Int32?

    @Option(name: "--page-server", parsing: .unconditional, help: .option("Send memory to this page server.", kind: "addr:port"))
    var pageServer: String?

    @Flag(name: "--pre-dump", help: .flag("Save only the memory, and leave the container running."))
    var preDump = false

    @Argument(help: .containerID)
    var id: String

    func validate() throws {
        try pageServer.require("--page-server <addr:port>") { PageServer($0) != nil }
        if options.lazyPages && pageServer == nil { throw ValidationError("--lazy-pages needs --page-server <addr:port>, from which the pages are fetched") }
    }

    var request: CheckpointRequest {
        var request = CheckpointRequest(id: id, image: options.settings)
        request.dump.isPreDump = preDump
        request.dump.parentPath = parentPath
        request.dump.leavesRunning = leaveRunning
        request.dump.skipsTCPInFlight = tcpSkipInFlight
        request.dump.remapsLinks = linkRemap
        request.dump.pageServer = pageServer.flatMap(PageServer.init)
        request.dump.statusDescriptor = statusFd
        return request
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.checkpoint(request)
        return 0
    }
}
