import Glibc

/// The runtime's own environment, which its clones have too.
public enum EnvironmentVariable {
    public static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// `NAME=VALUE`, each.
    public static var all: [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }
}
