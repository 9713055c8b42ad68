import CSeccomp
import RuntimeSpec

/// How a program is installed. Spec: config-linux.md, "Seccomp"; Man: seccomp(2)
extension SeccompFlag {
    /// The kernel's bit; none where the flag has nothing to act on here.
    var bits: UInt32 {
        switch self {
        case .tsync: 0  // The process that installs the program has one thread.
        case .log: UInt32(SECCOMP_FILTER_FLAG_LOG)
        case .speculationAllow: UInt32(SECCOMP_FILTER_FLAG_SPEC_ALLOW)
        case .waitKillableReceive: 0  // The kernel refuses it without a listener, which only SCMP_ACT_NOTIFY asks for.
        }
    }

    /// The level of libseccomp's interface at which the running kernel has the flag. Man: seccomp_api_get(3)
    private var apiLevel: UInt32? {
        switch self {
        case .tsync: 2
        case .log: 3
        case .speculationAllow: 4
        case .waitKillableReceive: nil
        }
    }

    /// Whether the running kernel knows it and there is something here that it acts on.
    var isSupported: Bool {
        guard let apiLevel else { return false }
        return seccomp_api_get() >= apiLevel
    }
}
