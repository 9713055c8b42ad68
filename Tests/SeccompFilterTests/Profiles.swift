import CSeccomp
import Glibc
import RuntimeSpec

@testable import SeccompFilter

/// Short ways to write profiles and calls down in a test.
extension Seccomp {
    init(_ defaultAction: SeccompAction, _ syscalls: [Syscall] = [], architectures: [SeccompArchitecture] = []) {
        self.init()
        self.defaultAction = defaultAction
        self.syscalls = syscalls
        self.architectures = architectures
    }
}

extension Syscall {
    init(_ names: [String], _ action: SeccompAction, errnoRet: UInt32? = nil, _ args: [SeccompArg] = []) {
        self.init()
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
    }
}

extension SeccompArg {
    init(_ index: UInt32, _ op: SeccompOperator, _ value: UInt64, _ valueTwo: UInt64 = 0) {
        self.init()
        self.index = index
        self.op = op
        self.value = value
        self.valueTwo = valueTwo
    }
}

extension SyscallInput {
    /// A call that the architecture has; nil where it has none of that name, or only inside another.
    init?(_ name: String, _ architecture: SeccompArchitecture? = nil, _ arguments: [UInt64] = []) {
        let abi: SyscallABI
        if let architecture {
            guard let named = SyscallABI(architecture) else { return nil }
            abi = named
        } else {
            abi = .native
        }
        guard case .number(let number) = abi.location(of: name) else { return nil }
        self.init(number: number, auditArchitecture: abi.auditArchitecture)
        self.arguments.replaceSubrange(0..<arguments.count, with: arguments)
    }
}

extension Seccomp {
    /// As large as Docker's default profile and of its shape: nearly all calls of all architectures allowed, a few by their arguments.
    static func dockerLike(_ defaultAction: SeccompAction = .errno, architectures: [SeccompArchitecture]) -> Seccomp {
        let kept: Set = ["clone", "clone3", "personality", "socket", "mount", "umount2", "keyctl", "bpf", "reboot", "swapon", "setns", "unshare"]
        let names = SyscallNames.all.filter { !kept.contains($0) }
        return Seccomp(
            defaultAction,
            [
                Syscall(names, .allow),
                Syscall(["socket"], .allow, [SeccompArg(0, .notEqual, 40)]),
                Syscall(["personality"], .allow, [SeccompArg(0, .equal, 0)]),
                Syscall(["personality"], .allow, [SeccompArg(0, .equal, 8)]),
                Syscall(["personality"], .allow, [SeccompArg(0, .equal, 0x20000)]),
                Syscall(["personality"], .allow, [SeccompArg(0, .equal, 0x20008)]),
                Syscall(["personality"], .allow, [SeccompArg(0, .equal, 0xffff_ffff)]),
                Syscall(["clone"], .allow, [SeccompArg(0, .maskedEqual, 0x7e02_0000, 0)]),
                Syscall(["clone3"], .errno, errnoRet: 38),
            ], architectures: architectures)
    }
}

/// All system calls that libseccomp knows.
enum SyscallNames {
    static let all: [String] = {
        var names: Set<String> = []
        for architecture in [SeccompArchitecture.x86_64, .x86, .arm, .aarch64] {
            guard let abi = SyscallABI(architecture) else { continue }
            for number in Int32(0)..<600 {
                guard let name = seccomp_syscall_resolve_num_arch(abi.token, number) else { continue }
                names.insert(String(cString: name))
                free(name)
            }
        }
        return names.sorted()
    }()
}
