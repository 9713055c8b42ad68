import ArgumentParser
import UsernsRuntime

/// `restore ID`.
struct RestoreCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .restore, arguments: "<id>", abstract: "Restores a container from files.")

    @Option(name: "--bundle -b", parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Option(name: "--console-socket", parsing: .unconditional, help: .consoleSocket)
    var consoleSocket: String?

    @Option(name: "--pid-file", parsing: .unconditional, help: .pidFile)
    var pidFile: String?

    @Flag(name: "--no-pivot", help: .noPivot)
    var noPivot = false

    @OptionGroup var options: CheckpointOptions

    @Flag(name: "--detach -d", help: .detach)
    var detach = false

    @Flag(name: "--no-subreaper", help: .noSubreaper)
    var noSubreaper = false

    @Option(
        name: "--lsm-profile", parsing: .unconditional,
        help: .option("Run under this label or profile.", kind: "type:label", default: "that of the image"))
    var lsmProfile: String?

    @Option(
        name: "--lsm-mount-context", parsing: .unconditional,
        help: .option("Mount with this SELinux context.", kind: "ctx", default: "that of the image"))
    var lsmMountContext: String?

    @Argument(help: .containerID)
    var id: String

    var request: RestoreRequest {
        var request = RestoreRequest(
            create: CreateRequest(id: id, bundle: bundle ?? ".", consoleSocket: consoleSocket, pidFile: pidFile, noPivot: noPivot),
            image: options.settings)
        request.restore.lsmProfile = lsmProfile
        request.restore.lsmMountContext = lsmMountContext
        request.detach = detach
        request.noSubreaper = noSubreaper
        return request
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.restore(request)
    }
}
