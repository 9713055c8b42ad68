import Foundation
import Testing

/// Podman with the runtime beneath it, storage of its own, an imported image, and the bundle's cgroup driver.
struct PodmanEngine {
    let bundle: Bundle
    private let options: [String]
    private let runOptions: [String]
    private let environment: [String: String?]

    fileprivate init(_ bundle: Bundle) throws {
        self.bundle = bundle
        let state = "\(bundle.directory)/podman"
        try bundle.makeDirectory(state)
        // Short, because sockets are made below it.
        let temporary = "\(bundle.directory)/t"
        try bundle.makeDirectory(temporary, mode: 0o700)
        let isRoot = bundle.identity == .root
        // No --runtime-flag for the state directory: what conmon starts at the end of a container would not be told.
        options = [
            "podman", "--cgroup-manager=\(bundle.driver.rawValue)", "--events-backend=file", "--storage-driver=vfs",
            "--root=\(state)/storage", "--runroot=\(state)/run", "--tmpdir=\(temporary)", "--runtime=\(try RuntimeUnderTest.path)",
        ]
        // Without CAP_SYS_RESOURCE root cannot have Podman's default limits.
        runOptions =
            ["--network=none"]
            + (isRoot ? ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1000:1000"] : [])
            + (isRoot && bundle.driver == .cgroupfs ? ["--cgroup-parent=/\(bundle.id)"] : [])
        // The user's manager is found by the runtime directory that it has made.
        environment = ["HOME": state].merging(
            isRoot ? ["XDG_RUNTIME_DIR": nil] : bundle.driver == .systemd ? [:] : ["XDG_RUNTIME_DIR": temporary]) { $1 }
        try PlainCommand.run(["tar", "--create", "--file=\(bundle.directory)/image.tar", "--directory=\(bundle.rootfs)", "."])
        let imported = try podman(["import", "\(bundle.directory)/image.tar", "image"])
        try #require(imported.succeeded, "\(imported)")
    }

    func podman(_ arguments: [String]) throws -> CommandResult {
        try bundle.command(options + arguments, environment: environment).run()
    }

    func run(_ options: [String], _ command: [String]) throws -> CommandResult {
        try podman(["run"] + runOptions + options + ["image"] + command)
    }

    /// Podman's command where it has to succeed; returns standard output without the final newline.
    func output(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let result = try podman(arguments)
        try #require(result.succeeded, "\(result)", sourceLocation: sourceLocation)
        return result.text
    }

    /// Its pause process keeps a user namespace in which its files are.
    fileprivate func shutDown() throws {
        _ = try podman(["rm", "--force", "--all", "--time=0"])
        _ = try podman(["rmi", "--force", "--all"])
        _ = try podman(["system", "migrate"])
        for mount in MountInfo.parse(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)).reversed()
        where mount.mountPoint.hasPrefix("\(bundle.directory)/") { umount2(mount.mountPoint, Int32(MNT_DETACH)) }
        try CgroupTree.remove(named: bundle.id)
    }
}

/// Hands Podman to `body`, and shuts it down afterwards.
func withPodman(_ setting: CgroupSetting, _ body: (PodmanEngine) throws -> Void) throws {
    try withBundle(setting) { bundle in
        let engine = try PodmanEngine(bundle)
        do {
            try body(engine)
        } catch {
            try engine.shutDown()
            throw error
        }
        try engine.shutDown()
    }
}
