import Foundation
import Testing

/// What is still there of a bundle's containers after they were deleted: a failure of the test.
struct Leftovers {
    private let bundle: Bundle

    init(of bundle: Bundle) {
        self.bundle = bundle
    }

    /// Deletes the containers, reports whatever remains, and removes that too.
    func removeAndReport(at sourceLocation: SourceLocation) {
        do {
            try deleteContainers(sourceLocation)
            let left = try afterAWhile()
            if !left.isEmpty {
                Issue.record("left behind:\n\(left.joined(separator: "\n"))", sourceLocation: sourceLocation)
                removeByForce()
            }
            try PlainCommand.run(["rm", "-rf", "--one-file-system", bundle.directory])
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }

    /// What is still there when processes have had the time to end.
    func afterAWhile() throws -> [String] {
        var left: [String] = []
        _ = try eventually(withinSeconds: 10) {
            left = try find()
            return left.isEmpty
        }
        return left
    }

    private func deleteContainers(_ sourceLocation: SourceLocation) throws {
        for id in bundle.ids where FileManager.default.fileExists(atPath: "\(bundle.stateRoot)/\(id)") {
            let result = try bundle.runc("delete", "--force", id)
            if !result.succeeded { Issue.record("\(result)", sourceLocation: sourceLocation) }
        }
    }

    func find() throws -> [String] {
        try processes().map { "process \($0): \(Self.commandLine(of: $0))" }
            + mounts().map { "mount \($0)" }
            + cgroups().map { "cgroup \($0)" }
            + units().map { "unit \($0)" }
            + FileManager.default.contentsOfDirectory(atPath: bundle.stateRoot).map { "state \($0)" }
    }

    /// Processes that the bundle's commands have started, or that live in a mount namespace in which the bundle is mounted.
    func processes() throws -> [pid_t] {
        let ownMountNamespace = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/mnt")
        let mark = "RUNC_ITEST=\(getpid())-\(bundle.id)"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { pid in
            let environment = Self.contents(of: "/proc/\(pid)/environ").split(separator: "\0")
            if environment.contains(where: { $0 == mark }) { return true }
            guard let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/mnt"),
                namespace != ownMountNamespace
            else { return false }
            return Self.contents(of: "/proc/\(pid)/mountinfo").contains("\(bundle.directory)/")
        }
    }

    /// Mounts in the test's own mount namespace; those in others keep a process, which is found as such.
    private func mounts() -> [Substring] {
        Self.contents(of: "/proc/self/mountinfo").split(separator: "\n").filter { $0.contains("\(bundle.directory)/") }
    }

    private func cgroups() -> [String] {
        CgroupTree.directories().filter { path in
            let name = path.split(separator: "/").last ?? ""
            return bundle.ids.contains { name == $0 || name.hasPrefix("\($0).") || name.hasSuffix("-\($0).scope") }
        }
    }

    /// Scopes that systemd still knows, failed ones as well; whom no manager answers can have none.
    private func units() throws -> [String] {
        guard bundle.driver == .systemd, HostFeature.systemd.isThere(), bundle.identity == .root || bundle.identity.isDelegated else { return [] }
        let manager = bundle.identity == .root ? [] : ["--user"]
        let patterns = bundle.ids.map { "*\($0).scope" }
        let result = try bundle.command(["systemctl"] + manager + ["list-units", "--all", "--plain", "--no-legend"] + patterns).run()
        guard result.succeeded else { throw HarnessError("\(result)") }
        return result.lines
    }

    private func removeByForce() {
        for pid in (try? processes()) ?? [] { kill(pid, SIGKILL) }
        for mount in mounts() {
            umount2(String(mount.split(separator: " ")[4]), Int32(MNT_DETACH))
        }
        _ = eventually(withinSeconds: 5) { ((try? processes()) ?? []).isEmpty }
        for cgroup in cgroups().reversed() { rmdir(cgroup) }
    }

    private static func commandLine(of pid: pid_t) -> String {
        contents(of: "/proc/\(pid)/cmdline").replacing("\0", with: " ")
    }

    /// Empty where the file cannot be read: processes come and go while they are looked at.
    private static func contents(of path: String) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
