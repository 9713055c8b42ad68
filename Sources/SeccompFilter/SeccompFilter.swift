import CSeccomp
import RuntimeSpec

/// Makes the program of a profile, `linux.seccomp` of config.json. It changes nothing in the calling process.
///
/// Where rules meet, as with runc: among the rules without `args` for a call the first counts, and it counts more than any
/// with `args`; a rule whose action is the default one is no rule. Spec: config-linux.md, "Seccomp"
public enum SeccompFilter {
    /// The version of the libseccomp that is linked: `2.5.4`.
    public static var libraryVersion: String {
        // It never fails: the library returns the address of a constant.
        guard let version = seccomp_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.micro)"
    }

    /// The actions that a profile may have here.
    public static var supportedActions: [SeccompAction] { SeccompAction.allCases.filter(\.isSupported) }

    /// The comparisons that a profile may have here.
    public static var supportedOperators: [SeccompOperator] { SeccompOperator.allCases }

    /// The architectures whose system calls libseccomp knows.
    public static var supportedArchitectures: [SeccompArchitecture] {
        SeccompArchitecture.allCases.filter { SyscallABI($0) != nil }
    }

    /// The flags that are accepted.
    public static var knownFlags: [SeccompFlag] { SeccompFlag.allCases }

    /// The flags that have an effect, which is also the kernel's to say.
    public static var supportedFlags: [SeccompFlag] { SeccompFlag.allCases.filter(\.isSupported) }

    /// Compiles a profile for the native architecture and those that it names.
    ///
    /// Unknown system calls are left out, with a warning. Errors name the field, or the step of libseccomp that failed.
    public static func compile(_ profile: Seccomp) throws(SeccompError) -> SeccompProgram {
        var compilation = try ProfileCompilation(profile)
        for (index, rule) in profile.syscalls.enumerated() {
            try compilation.add(rule, path: "linux.seccomp.syscalls[\(index)]")
        }
        return try compilation.finish()
    }
}
