import ArgumentParser
import CheckpointRestore

/// What `checkpoint` and `restore` share. Man: criu(8).
struct CheckpointOptions: ParsableArguments {
    @Option(name: "--image-path", parsing: .unconditional, help: ArgumentHelp("Directory of the image files.", valueName: "dir"))
    var imagePath = "./checkpoint"

    @Option(
        name: "--work-path", parsing: .unconditional,
        help: .option("Directory of working files and logs.", kind: "dir", default: "that of the image"))
    var workPath: String?

    @Flag(name: "--tcp-established", help: .flag("Keep TCP connections that are established."))
    var tcpEstablished = false

    @Flag(name: "--ext-unix-sk", help: .flag("Allow unix sockets that are connected outside of the container."))
    var extUnixSk = false

    @Flag(name: "--shell-job", help: .flag("Allow a process of a shell's job."))
    var shellJob = false

    @Flag(name: "--lazy-pages", help: .flag("Move memory when it is first used, with a page server."))
    var lazyPages = false

    @Flag(name: "--file-locks", help: .flag("Keep file locks."))
    var fileLocks = false

    @Option(
        name: "--manage-cgroups-mode", parsing: .unconditional,
        help: .option("What is done about cgroups.", kind: "mode", default: "CRIU's own"))
    var manageCgroupsMode: CgroupMode?

    @Option(
        name: "--empty-ns", parsing: .unconditionalSingleValue,
        help: .option("Leave this kind empty also where it was joined: network.", kind: "namespace", default: "none"))
    var emptyNs: [EmptyNamespace] = []

    @Flag(name: "--auto-dedup", help: .flag("Drop from the parent image what the new one has."))
    var autoDedup = false

    var settings: ImageSettings {
        var settings = ImageSettings(imagePath: imagePath)
        settings.workPath = workPath
        settings.keepsTCPConnections = tcpEstablished
        settings.allowsExternalUnixSockets = extUnixSk
        settings.isShellJob = shellJob
        settings.movesPagesLazily = lazyPages
        settings.keepsFileLocks = fileLocks
        settings.cgroupMode = manageCgroupsMode
        settings.dropsDuplicates = autoDedup
        settings.emptiesNetwork = emptyNs.contains(.network)
        return settings
    }
}

extension CgroupMode: ExpressibleByArgument {}

/// `--empty-ns`: what is done anyway with the container's own, for the one kind there is.
enum EmptyNamespace: String, Sendable, CaseIterable, ExpressibleByArgument {
    case network
}
