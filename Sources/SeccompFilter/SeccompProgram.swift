import RuntimeSpec

/// A classic BPF program for seccomp(2), and how it is to be installed: all that the container's process needs.
///
/// Whoever installs it has set no_new_privs, or has CAP_SYS_ADMIN in its user namespace. Man: seccomp(2)
public struct SeccompProgram: Sendable, Equatable {
    /// `struct sock_filter` records, one after the other, in the host's byte order: `sock_fprog.filter`.
    public let instructions: [UInt8]
    /// `SECCOMP_FILTER_FLAG_*`, for SECCOMP_SET_MODE_FILTER.
    public let flags: UInt32
    /// Installing it gives a descriptor, for the agent that answers SCMP_ACT_NOTIFY.
    public var hasListener: Bool { flags & SeccompFlag.newListenerBit != 0 }
    /// What the profile asks for and is left out, one line each, naming the field: for the debug log.
    public let warnings: [String]

    init(_ program: BPFProgram, flags: UInt32, warnings: [String]) {
        instructions = program.instructions.withUnsafeBytes { Array($0) }
        self.flags = flags
        self.warnings = warnings
        count = UInt16(program.instructions.count)
    }

    /// How many instructions: `sock_fprog.len`.
    public let count: UInt16
}
