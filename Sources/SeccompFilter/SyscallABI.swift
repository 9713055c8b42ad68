import CSeccomp
import RuntimeSpec

/// A calling convention of system calls, with numbers of its own: what the specification calls an architecture.
struct SyscallABI: Equatable {
    /// libseccomp's SCMP_ARCH_*.
    let token: UInt32
    /// `seccomp_data.arch` of its calls.
    let auditArchitecture: UInt32
    /// Which `seccomp_data.nr`, among those with its `auditArchitecture`, are its calls.
    let numbers: ClosedRange<UInt32>
    /// The last number that a kernel could give to a new call.
    let lastOrdinaryNumber: UInt32

    /// That of the running program.
    static var native: SyscallABI {
        let token = seccomp_arch_native()
        return SyscallABI(SeccompArchitecture.allCases.first { Self.token($0) == token }, token: token)
    }

    /// Nil where this libseccomp does not know the architecture.
    init?(_ architecture: SeccompArchitecture) {
        guard let token = Self.token(architecture) else { return nil }
        self.init(architecture, token: token)
    }

    private static func token(_ architecture: SeccompArchitecture) -> UInt32? {
        let token = seccomp_arch_resolve_name(architecture.rawValue.dropFirst("SCMP_ARCH_".count).lowercased())
        return token == 0 ? nil : token
    }

    private init(_ architecture: SeccompArchitecture?, token: UInt32) {
        self.token = token
        // x32 is the one whose token is not its AUDIT_ARCH: that is x86-64's, and a bit in the number tells the two apart.
        // Source: arch/x86/include/uapi/asm/unistd.h
        let x32Bit: UInt32 = 0x4000_0000
        auditArchitecture = architecture == .x32 ? Self.token(.x86_64) ?? token : token
        numbers =
            switch architecture {
            case .x86_64: 0...x32Bit - 1
            case .x32: x32Bit...UInt32.max
            default: 0...UInt32.max
            }
        // On ARM the private calls (set_tls, cacheflush) begin above. Source: arch/arm/include/uapi/asm/unistd.h
        lastOrdinaryNumber = architecture == .arm ? 0x0e_ffff : numbers.upperBound
    }

    /// Where a call is found.
    enum Location: Equatable {
        case number(UInt32)
        /// In socketcall(2) or ipc(2), which libseccomp takes apart; with some kernels at a number of its own as well.
        case multiplexed
        case nowhere
    }

    /// Where a call that libseccomp knows of some architecture is found in this one.
    func location(of name: String) -> Location {
        let number = seccomp_syscall_resolve_name_arch(token, name)
        // libseccomp's pseudo numbers: from -100 down for socketcall, from -200 for ipc, from -10000 for what is not there.
        if number >= 0 { return .number(UInt32(number)) }
        return number > -1000 ? .multiplexed : .nowhere
    }

    /// At least the numbers that multiplexed calls were given, of which msgctl's is the last: 402.
    ///
    /// From 403 on a call has the same number everywhere, counted from the ABI's first; this one is 424.
    /// Source: Documentation/process/adding-syscalls.rst
    var numberAfterMultiplexed: UInt32 {
        guard case .number(let number) = location(of: "pidfd_send_signal") else { return numbers.upperBound }
        return number
    }
}
