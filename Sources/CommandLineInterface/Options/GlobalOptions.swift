import ArgumentParser
import UsernsRuntime

/// The options before the command's name, and what follows them.
///
/// It is parsed by itself, and the command by itself after it: options of the same name may stand before and after the
/// command's name (`--rootless=true`, `spec --rootless`), and what follows the id of exec and ps is nobody's option.
struct GlobalOptions: ParsedAlone {
    // The name of a super-command tells ArgumentParser that completion scripts are not made here. Looking for that request
    // costs it two more parses.
    static let configuration = CommandConfiguration(
        commandName: "runc", _superCommandName: "", helpNames: CommandConfiguration.helpNames)

    @Flag(name: "--debug", help: .flag("Log debug lines."))
    var debug = false

    @Option(
        name: "--log", parsing: .unconditional,
        help: .option("Append log lines to this file.", kind: "file", default: "standard error"))
    var log: String?

    @Option(
        name: "--log-format", parsing: .unconditional,
        help: .option("Write log lines in this format: text or json.", kind: "format", default: "text"))
    var logFormatName: String?

    @Option(
        name: "--root", parsing: .unconditional,
        help: .option(
            "Keep the state of containers here.", kind: "dir", default: "$XDG_RUNTIME_DIR/runc, or /run/runc for root"))
    var root: String?

    @Flag(name: "--systemd-cgroup", help: .flag("Have systemd make the cgroups; cgroupsPath is slice:prefix:name."))
    var systemdCgroup = false

    @Option(
        name: "--rootless", parsing: .unconditional,
        help: .option("Take it that full access to cgroups is unlikely: true, false or auto.", kind: "setting", default: "auto"))
    var rootlessName: String?

    @Flag(name: "--strict-limits", help: .flag("Fail where a limit can't be enforced, rather than warn."))
    var strictLimits = false

    // Engines that are told where CRIU is pass it on. It is looked for in PATH, as runc does.
    @Option(name: "--criu", parsing: .unconditional, help: .hidden)
    var criu: String?

    @Flag(name: "--version -v", help: .flag("Show the versions of the program, of the specification and of libseccomp."))
    var version = false

    @Argument(help: .hidden)
    var command: String?

    @Argument(parsing: .captureForPassthrough, help: .hidden)
    var commandArguments: [String] = []

    var logFormat: LogFormat { logFormatName.flatMap(LogFormat.init) ?? .text }

    func validate() throws {
        try logFormatName.require("--log-format <format>") { LogFormat(rawValue: $0) != nil }
        // Neither here nor the default is meant by it.
        try root.require("--root <dir>") { !$0.isEmpty }
        try rootlessName.require("--rootless <setting>") { RootlessSetting(rawValue: $0) != nil }
    }

    static let passesThrough = true
    var passedThrough: [String] { command.map { [$0] + commandArguments } ?? [] }

    var request: GlobalRequest {
        let rootless = rootlessName.flatMap(RootlessSetting.init) ?? .auto
        return GlobalRequest(root: root, rootless: rootless, systemdCgroup: systemdCgroup, strictLimits: strictLimits)
    }
}
