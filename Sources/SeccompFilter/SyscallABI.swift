import CSeccomp
import Glibc
import RuntimeSpec

/// A calling convention of system calls, with numbers of its own: what the specification calls an architecture.
struct SyscallABI {
    /// libseccomp's SCMP_ARCH_*.
    let token: UInt32
    /// `seccomp_data.arch` of its calls.
    let auditArchitecture: UInt32
    /// Which `seccomp_data.nr`, among those with its `auditArchitecture`, are its calls.
    let numbers: ClosedRange<UInt32>
    /// The last number that a kernel could give to a new call.
    let lastOrdinaryNumber: UInt32
    /// The numbers of calls that are also multiplexed; empty where the ABI has no multiplexers.
    private let ownNumbers: [String: UInt32]

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
        ownNumbers = Self.ownNumbers(token)
    }

    /// A call that is made through socketcall(2) or ipc(2).
    struct MultiplexedCall: Equatable {
        let multiplexer: Multiplexer
        /// The multiplexer's first argument.
        let selector: UInt64
        /// The call's own number, which most got later.
        let ownNumber: UInt32?
    }

    enum Multiplexer: String, CaseIterable {
        case socketcall
        case ipc
    }

    /// Where a call is found.
    enum Location: Equatable {
        case number(UInt32)
        case multiplexed(MultiplexedCall)
        case nowhere
    }

    /// Where a call that libseccomp knows of some architecture is found in this one.
    func location(of name: String) -> Location {
        let number = Self.number(name, token)
        if number >= 0 { return .number(UInt32(number)) }
        // libseccomp's pseudo numbers are the same everywhere, also where the call is not multiplexed and does not exist.
        let multiplexer: Multiplexer
        switch number {
        case -199 ... -100: multiplexer = .socketcall
        case -299 ... -200: multiplexer = .ipc
        default: return .nowhere
        }
        guard Self.number(multiplexer.rawValue, token) >= 0 else { return .nowhere }
        return .multiplexed(
            MultiplexedCall(multiplexer: multiplexer, selector: UInt64(-number % 100), ownNumber: ownNumbers[name]))
    }

    /// libseccomp's number: a real one, or a negative pseudo number.
    private static func number(_ name: String, _ token: UInt32) -> Int32 { seccomp_syscall_resolve_name_arch(token, name) }

    private static func ownNumbers(_ token: UInt32) -> [String: UInt32] {
        guard Multiplexer.allCases.contains(where: { number($0.rawValue, token) >= 0 }) else { return [:] }
        // From 403 on a call has the same number everywhere, counted from the ABI's first. What was multiplexed lies below.
        // Source: Documentation/process/adding-syscalls.rst
        let first = number("pidfd_send_signal", token) - 424
        var numbers: [String: UInt32] = [:]
        for candidate in first..<first + 403 {
            guard let name = seccomp_syscall_resolve_num_arch(token, candidate) else { continue }
            defer { free(name) }
            // Where the name leads back to its number there is nothing to remember.
            if seccomp_syscall_resolve_name_arch(token, name) < 0 { numbers[String(cString: name)] = UInt32(candidate) }
        }
        return numbers
    }
}

extension SyscallABI: Equatable {
    static func == (left: SyscallABI, right: SyscallABI) -> Bool { left.token == right.token }
}
