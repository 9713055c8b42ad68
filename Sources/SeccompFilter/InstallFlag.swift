import CSeccomp
import RuntimeSpec

/// How a program is installed. Spec: config-linux.md, "Seccomp"; Man: seccomp(2)
extension SeccompFlag {
    /// The kernel's bit; none where the flag has nothing to act on here.
    func bits(hasListener: Bool) -> UInt32 {
        switch self {
        case .tsync: 0  // The process that installs the program has one thread.
        case .log: UInt32(SECCOMP_FILTER_FLAG_LOG)
        case .speculationAllow: UInt32(SECCOMP_FILTER_FLAG_SPEC_ALLOW)
        case .waitKillableReceive: hasListener ? Self.waitKillableBit : 0  // Without one the kernel refuses it.
        }
    }

    /// The program has a listener: SCMP_ACT_NOTIFY needs one. Source: linux/seccomp.h
    static let newListenerBit: UInt32 = 1 << 3
    /// Linux 5.19; newer than libseccomp 2.5. Source: linux/seccomp.h
    private static let waitKillableBit: UInt32 = 1 << 5

    /// Whether the running kernel knows it. By libseccomp's level, where that has one for it. Man: seccomp_api_get(3)
    var isSupported: Bool {
        switch self {
        case .tsync: seccomp_api_get() >= 2
        case .log: seccomp_api_get() >= 3
        case .speculationAllow: seccomp_api_get() >= 4
        case .waitKillableReceive: cseccomp_kernel_knows(Self.newListenerBit | Self.waitKillableBit)
        }
    }
}
