import Glibc

/// Programs of the host that the runtime runs.
enum HostProgram {
    /// An absolute path: found in PATH, then where distributions have programs, for a service's PATH is often short.
    static func find(_ name: String) -> String? {
        let directories = (EnvironmentVariable.value("PATH") ?? "").split(separator: ":").map(String.init) + ["/usr/bin", "/usr/local/bin", "/bin"]
        return directories.lazy.filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
