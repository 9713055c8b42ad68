import ArgumentParser
import UsernsRuntime

/// `exec ID CMD…`.
struct ExecCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .exec, arguments: "<id> <command> ...", abstract: "Runs another process in a container.")

    @Option(name: "--console-socket", parsing: .unconditional, help: .consoleSocket)
    var consoleSocket: String?

    @Option(name: "--pidfd-socket", parsing: .unconditional, help: .pidfdSocket)
    var pidfdSocket: String?

    @Option(
        name: "--cwd", parsing: .unconditional,
        help: .option("Work in this directory of the container.", kind: "dir", default: "the container's"))
    var cwd: String?

    @Option(
        name: "--env -e", parsing: .unconditionalSingleValue,
        help: .option("Set this in the environment; may be repeated.", kind: "key=value"))
    var env: [String] = []

    @Flag(name: "--tty -t", help: .flag("Give the process a terminal."))
    var tty = false

    @Option(
        name: "--user -u", parsing: .unconditional,
        help: .option("Run as this user of the container.", kind: "uid[:gid]", default: "the container's"))
    var user: String?

    @Option(
        name: "--additional-gids -g", parsing: .unconditionalSingleValue,
        help: .option("Add this group; may be repeated.", kind: "gid"))
    var additionalGids: [UInt32] = []

    @Option(
        name: "--process -p", parsing: .unconditional,
        help: .option("Take the process, as in config.json, from this file, not from options and arguments.", kind: "file"))
    var process: String?

    @Flag(name: "--detach -d", help: .detach)
    var detach = false

    @Option(name: "--pid-file", parsing: .unconditional, help: .pidFile)
    var pidFile: String?

    @Option(
        name: "--process-label", parsing: .unconditional,
        help: .option("Label the process for SELinux.", kind: "label", default: "the container's"))
    var processLabel: String?

    @Option(
        name: "--apparmor", parsing: .unconditional,
        help: .option("Confine the process by this AppArmor profile.", kind: "profile", default: "the container's"))
    var apparmor: String?

    @Flag(name: "--no-new-privs", help: .flag("Let the process gain no privileges by execve."))
    var noNewPrivs = false

    @Option(
        name: "--cap -c", parsing: .unconditionalSingleValue,
        help: .option("Add this capability; may be repeated.", kind: "cap"))
    var cap: [String] = []

    @Option(name: "--preserve-fds", parsing: .unconditional, help: .preserveFDs)
    var preserveFDs: String?

    @Option(
        name: "--cgroup", parsing: .unconditionalSingleValue,
        help: .option(
            "Run in this cgroup below the container's; may be repeated.", kind: "[ctrl[,ctrl]:]path", default: "the container's"))
    var cgroup: [String] = []

    @Flag(name: "--ignore-paused", help: .flag("Run in a paused container too; it waits until that is resumed."))
    var ignorePaused = false

    @Argument(help: .containerID)
    var id: String

    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments.")
    var command: [String] = []

    func validate() throws {
        try DescriptorCount.require(preserveFDs)
        guard CgroupPaths.parse(cgroup) != nil else {
            throw ValidationError(
                "The value '\(cgroup.joined(separator: " "))' is invalid for '--cgroup <[ctrl[,ctrl]:]path>': each controller once, or one path alone")
        }
        guard process != nil || !command.isEmpty else {
            throw ValidationError("Missing expected argument '<command>', or '--process <file>'")
        }
    }

    static let passesThrough = true
    var passedThrough: [String] { command }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        return try runtime.exec(request)
    }

    var request: ExecRequest {
        var request = ExecRequest(id: id, arguments: process == nil ? command : [])
        request.consoleSocket = consoleSocket
        request.pidfdSocket = pidfdSocket
        request.cwd = cwd
        request.environment = env
        request.tty = tty
        request.user = user
        request.additionalGIDs = additionalGids
        request.processFile = process
        request.detach = detach
        request.pidFile = pidFile
        request.processLabel = processLabel
        request.apparmor = apparmor
        request.noNewPrivs = noNewPrivs
        request.capabilities = cap
        request.preserveFDs = DescriptorCount.number(preserveFDs) ?? 0
        request.ignorePaused = ignorePaused
        request.cgroups = CgroupPaths.parse(cgroup) ?? [:]
        return request
    }
}
