import Foundation

/// The cgroups of a process, with the files that the host sees in them.
struct HostCgroup {
    /// By controller; empty for version 2. Absolute.
    let directories: [String: String]

    /// Man: cgroups(7), "/proc files".
    init(of pid: pid_t) throws {
        let mounts = MountInfo.parse(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8))
        var directories: [String: String] = [:]
        for line in try String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
                let mount = mounts.first {
                    $0.root == "/" && (controller.isEmpty ? $0.type == "cgroup2" : $0.type == "cgroup" && $0.superOptions.contains(controller))
                }
                if let mount { directories[controller] = mount.mountPoint + (fields[2] == "/" ? "" : fields[2]) }
            }
        }
        self.directories = directories
    }

    /// The directory in the hierarchy that has the controller, whatever its version. Throws where none is mounted.
    func directory(_ controller: String) throws -> String {
        guard let directory = directories[controller] ?? directories[""] else { throw HarnessError("no hierarchy with \(controller)") }
        return directory
    }

    /// What a file says, without the final newline: under its name in version 1 or in version 2 (both begin with the controller's).
    func read(v1: String, v2: String) throws -> String {
        let controller = String(v1.prefix { $0 != "." })
        let file = directories[controller] == nil ? v2 : v1
        let path = "\(try directory(controller))/\(file)"
        return try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}

extension Bundle {
    /// The container's, while it has a process.
    func cgroup() throws -> HostCgroup { try HostCgroup(of: initPID()) }
}
