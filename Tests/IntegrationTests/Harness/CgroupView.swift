import Foundation
import Testing

/// What of the cgroups a bundle's commands see, and may write.
enum CgroupView: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// As the machine has them mounted.
    case asMounted
    /// Version 2 alone, in a mount namespace of its own.
    case unified
    /// The same, from a cgroup that belongs to the test user, with all below it.
    case delegated

    var testDescription: String { rawValue }

    /// The words before a command of root's that make it see the cgroups so; the process stays the same one.
    var prefix: [String] {
        get throws {
            switch self {
            case .asMounted: []
            case .unified: try UnifiedMount.shared.prefix
            case .delegated: try UnifiedMount.shared.prefix + Delegation.shared.prefix
            }
        }
    }

    /// Where a command with this view finds the mount of version 2 on the host.
    static var unifiedMountPoint: String {
        get throws {
            let mounts = MountInfo.parse(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8))
            guard let mount = mounts.first(where: { $0.type == "cgroup2" }) else { throw HarnessError("no cgroup2 is mounted") }
            return mount.mountPoint
        }
    }
}

/// A process that keeps a mount namespace in which nothing but cgroup2 is mounted on /sys/fs/cgroup.
private final class UnifiedMount: Sendable {
    private static let made = Result { try UnifiedMount() }
    static var shared: UnifiedMount { get throws { try made.get() } }

    private let pid: pid_t
    var prefix: [String] { ["nsenter", "--target", "\(pid)", "--mount"] }

    private init() throws {
        let ready = "\(try TestHost.shared.base)/unified-ready"
        let command = Command(
            arguments: [
                "unshare", "--mount", "--propagation", "private", "sh", "-c",
                "umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && echo > \(ready) && exec sleep infinity",
            ],
            environment: try Identity.root.environment(mark: "unified"))
        pid = try command.startForGood { _ in FileManager.default.fileExists(atPath: ready) }
    }
}

/// A cgroup that root gave to the test user, with a cgroup below it for the commands. Kernel: cgroup-v2.rst, "Delegation".
private final class Delegation: Sendable {
    private static let made = Result { try Delegation() }
    static var shared: Delegation { get throws { try made.get() } }

    /// As the mount namespace of `UnifiedMount` shows it.
    private let procs: String
    var prefix: [String] { ["sh", "-c", "echo $$ > \(procs) && exec \"$@\"", "sh"] }

    private init() throws {
        let user = try TestHost.shared.user
        // The janitor knows them by their names.
        let name = "runc-it-\(getpid())-delegated", inner = "it-\(getpid())-commands"
        procs = "/sys/fs/cgroup/\(name)/\(inner)/cgroup.procs"
        let directory = "\(try CgroupView.unifiedMountPoint)/\(name)"
        let files = ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads", "/\(inner)", "/\(inner)/cgroup.procs"]
        for path in [directory, "\(directory)/\(inner)"] {
            guard mkdir(path, 0o755) == 0 else { throw HarnessError("cannot make \(path): \(String(cString: strerror(errno)))") }
        }
        for file in files {
            guard chown(directory + file, user.uid, user.gid) == 0 else { throw HarnessError("cannot give \(directory + file) away") }
        }
    }
}
