import Foundation
import Testing

/// A bundle of its own for one test, the runtime that is driven on it, and a state directory.
final class Bundle {
    let identity: Identity
    let driver: CgroupDriver
    let view: CgroupView
    /// The name of the container, and the mark of whatever is started for it.
    let id: String
    let directory: String
    var rootfs: String { "\(directory)/rootfs" }
    /// What `--root` is given.
    let stateRoot: String
    private(set) var ids: [String]

    fileprivate init(_ setting: CgroupSetting) throws {
        identity = setting.identity
        driver = setting.driver
        view = setting.view
        let number = UniqueNumber.next()
        id = "it-\(getpid())-\(number)"
        ids = [id]
        directory = "\(try TestHost.shared.base)/bundles/\(number)"
        stateRoot = "\(directory)/state"
        for path in [directory, stateRoot] { try makeDirectory(path) }
        try RootFilesystem.make(at: rootfs, uid: identity.hostUID, gid: identity.hostGID)
        try save(DefaultSpec.of(identity))
    }

    // MARK: Files

    /// Makes a directory that belongs to the identity.
    func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        guard mkdir(path, mode) == 0, chmod(path, mode) == 0, chown(path, try identity.hostUID, try identity.hostGID) == 0 else {
            throw HarnessError("cannot make \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes a file that belongs to the identity.
    func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        guard chmod(path, mode) == 0, chown(path, try identity.hostUID, try identity.hostGID) == 0 else {
            throw HarnessError("cannot give \(path) away")
        }
    }

    /// Makes a directory with a file in it, to be mounted.
    func makeSource() throws -> String {
        let path = "\(directory)/source"
        try makeDirectory(path)
        try write("content\n", to: "\(path)/file")
        return path
    }

    func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// A file on the host that the container sees under /out: what hooks and processes write there can be read here.
    func shareDirectory() throws -> String {
        let path = "\(directory)/out"
        try makeDirectory(path, mode: 0o777)
        try edit { $0.addBind(path, to: "/out", ["rbind", "rw"]) }
        return path
    }

    // MARK: config.json

    func config() throws -> JSONValue { try JSONValue(parsing: read("\(directory)/config.json")) }

    func save(_ config: JSONValue) throws { try write(config.serialized(), to: "\(directory)/config.json") }

    func edit(_ change: (inout JSONValue) throws -> Void) throws {
        var config = try config()
        try change(&config)
        try save(config)
    }

    // MARK: The runtime

    /// Another container's name, cleaned up as the first one's.
    func anotherID() -> String {
        ids.append("\(id)-\(ids.count)")
        return ids.last!
    }

    /// A command run as the bundle's identity, in the bundle's directory.
    func command(_ arguments: [String], environment: [String: String?] = [:]) throws -> Command {
        var all = try identity.environment(mark: id)
        for (name, value) in environment { all[name] = value }
        return Command(arguments: try view.prefix + identity.prefix(directory: directory) + arguments, environment: all)
    }

    /// The runtime's command line with this bundle's state directory and cgroup driver.
    ///
    /// - Parameter program: what starts it, with the arguments before its command line.
    func runtimeCommand(
        _ arguments: [String], through program: [String] = [], global: [String] = [], environment: [String: String?] = [:]
    ) throws -> Command {
        try command(program + [try RuntimeUnderTest.path, "--root", stateRoot] + driver.globalOptions + global + arguments, environment: environment)
    }

    /// Runs the runtime with this bundle's state directory.
    func runc(_ arguments: String..., global: [String] = []) throws -> CommandResult {
        try runtimeCommand(arguments, global: global).run()
    }

    /// Runs the container in the foreground with the arguments that config.json has.
    func run(options: [String] = [], global: [String] = []) throws -> CommandResult {
        try runtimeCommand(["run"] + options + [id], global: global).run()
    }

    /// Runs a shell script as the container's process.
    func sh(_ script: String, options: [String] = [], global: [String] = []) throws -> CommandResult {
        try edit { $0.setShell(script) }
        return try run(options: options, global: global)
    }

    /// Runs a shell script as the container's process; where that fails the test fails with all there is to see.
    func output(_ script: String, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try sh(script, options: options)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
        return result.text
    }

    /// What is mounted where inside, with which flags.
    func mounts(sourceLocation: SourceLocation = #_sourceLocation) throws -> [MountInfo] {
        MountInfo.parse(try output("cat /proc/self/mountinfo", sourceLocation: sourceLocation))
    }

    func create(options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let result = try runtimeCommand(["create"] + options + [id]).run()
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
    }

    func start(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let result = try runc("start", id)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
    }

    /// A container that runs in the background until it is killed.
    func runDetached(
        _ script: String = "trap 'exit 0' TERM; while :; do sleep 0.05; done", options: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try sh(script, options: ["--detach"] + options)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
    }

    func exec(_ arguments: [String], options: [String] = []) throws -> CommandResult {
        try runtimeCommand(["exec"] + options + [id] + arguments).run()
    }

    func execOutput(_ script: String, options: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try exec(["sh", "-c", script], options: options)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
        return result.text
    }

    func state(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let result = try runc("state", id)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
        return try JSONValue(parsing: result.stdout)
    }

    func status() throws -> String? { try state()["status"]?.string }

    /// The pid of the container's first process, as the host sees it.
    func initPID() throws -> pid_t {
        guard let pid = try state()["pid"]?.integer, pid > 0 else { throw HarnessError("no pid in the state of \(id)") }
        return pid_t(pid)
    }

    /// Waits until the first process has a handler of the signal: before, as init of a PID namespace, it takes no notice of it.
    func waitForHandler(of signal: Int32) throws {
        let status = "/proc/\(try initPID())/status"
        try #require(eventually { try SignalMask("SigCgt", in: read(status)).contains(signal) })
    }

    func waitForStatus(_ wanted: String) throws -> Bool {
        try eventually { try status() == wanted }
    }
}

/// Makes a bundle, hands it to `body`, and afterwards deletes its containers and checks that nothing is left of them.
func withBundle(
    _ setting: CgroupSetting, sourceLocation: SourceLocation = #_sourceLocation, _ body: (Bundle) throws -> Void
) throws {
    let bundle = try Bundle(setting)
    defer { Leftovers(of: bundle).removeAndReport(at: sourceLocation) }
    try body(bundle)
}

func withBundle(
    _ identity: Identity = .root, driver: CgroupDriver = .cgroupfs, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Bundle) throws -> Void
) throws {
    try withBundle(CgroupSetting(identity: identity, driver: driver), sourceLocation: sourceLocation, body)
}

/// The config.json that `runc spec` writes for an identity, without a terminal and without resources (of which there are
/// warnings), and with a writable root; made once for each.
private enum DefaultSpec {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var made: [Identity: JSONValue] = [:]

    static func of(_ identity: Identity) throws -> JSONValue {
        try lock.withLock {
            if let config = made[identity] { return config }
            var config = try make(identity)
            config["process.terminal"] = false
            config["root.readonly"] = false
            config["linux.resources"] = nil
            if identity == .subordinateRanges { config.mapSubordinateRanges(of: try TestHost.shared.user) }
            made[identity] = config
            return config
        }
    }

    private static func make(_ identity: Identity) throws -> JSONValue {
        let directory = "\(try TestHost.shared.base)/bundles/spec-\(identity.rawValue)"
        guard mkdir(directory, 0o755) == 0, chown(directory, try identity.hostUID, try identity.hostGID) == 0 else {
            throw HarnessError("cannot make \(directory)")
        }
        let result = try Command(
            arguments: try identity.prefix(directory: directory) + [try RuntimeUnderTest.path, "spec"]
                + (identity.isUnprivileged ? ["--rootless"] : []),
            environment: try identity.environment(mark: "spec")
        ).run()
        guard result.succeeded else { throw HarnessError("spec failed: \(result)") }
        return try JSONValue(parsing: String(contentsOfFile: "\(directory)/config.json", encoding: .utf8))
    }
}
