import Glibc

/// Programs of the host that the runtime runs.
public enum HostProgram {
    private static let usualDirectories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// An absolute path: found in the environment's PATH, then where distributions have programs, for a user's and a service's
    /// PATH are often short.
    public static func find(_ name: String, environment: [String]) -> String? {
        let search = environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count) ?? ""
        let directories = search.parts(at: ":") + usualDirectories
        return directories.lazy.filter(\.isAbsolutePath).map({ "\($0)/\(name)" }).first { access($0, X_OK) == 0 }
    }
}
