import RuntimeSpec
import Testing

@testable import SeccompFilter

#if arch(x86_64)
@Suite struct ArchitectureTests {
    static let kill: UInt32 = 0
    static let allow: UInt32 = 0x7fff_0000
    static let permissionDenied: UInt32 = 0x0005_0001

    static func filter(_ architectures: [SeccompArchitecture], _ rules: [Syscall]) throws -> BPFInterpreter {
        try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, rules, architectures: architectures)))
    }

    static let rules = [Syscall(["getpid", "clone3"], .allow), Syscall(["dup"], .allow, [SeccompArg(0, .equal, 3)])]

    @Test(arguments: [[], [.x86_64], [.aarch64]] as [[SeccompArchitecture]])
    func `the native architecture is always there`(_ architectures: [SeccompArchitecture]) throws {
        let filter = try Self.filter(architectures, Self.rules)
        #expect(filter(try #require(SyscallInput("getpid", .x86_64))) == Self.allow)
        #expect(filter(try #require(SyscallInput("dup", .x86_64, [3]))) == Self.allow)
        #expect(filter(try #require(SyscallInput("dup", .x86_64, [4]))) == Self.permissionDenied)
    }

    @Test(arguments: [.x86, .x32, .aarch64, .arm, .riscv64] as [SeccompArchitecture])
    func `an architecture that is not named is killed`(_ architecture: SeccompArchitecture) throws {
        let filter = try Self.filter([], Self.rules)
        #expect(filter(try #require(SyscallInput("getpid", architecture))) == Self.kill)
        #expect(filter(try #require(SyscallInput("clone3", architecture))) == Self.kill)
    }

    @Test(arguments: [.x86, .x32, .aarch64, .arm, .riscv64, .ppc64le, .mipsel64] as [SeccompArchitecture])
    func `a named architecture has its own numbers`(_ architecture: SeccompArchitecture) throws {
        let filter = try Self.filter([.x86_64, architecture, architecture], Self.rules)
        for each in [SeccompArchitecture.x86_64, architecture] {
            #expect(filter(try #require(SyscallInput("getpid", each))) == Self.allow)
            #expect(filter(try #require(SyscallInput("dup", each, [3]))) == Self.allow)
            #expect(filter(try #require(SyscallInput("dup", each, [4]))) == Self.permissionDenied)
            #expect(filter(try #require(SyscallInput("read", each))) == Self.permissionDenied)
        }
    }

    @Test func `socketcall is taken apart, and its parts have numbers of their own`() throws {
        let filter = try Self.filter([.x86], [Syscall(["socket", "recv", "clone3"], .allow)])
        let i386: UInt32 = 0x4000_0003
        // socketcall(SYS_SOCKET) and socketcall(SYS_CONNECT).
        #expect(filter(SyscallInput(number: 102, auditArchitecture: i386, arguments: [1, 0, 0, 0, 0, 0])) == Self.allow)
        #expect(filter(SyscallInput(number: 102, auditArchitecture: i386, arguments: [3, 0, 0, 0, 0, 0])) == Self.permissionDenied)
        // socketcall(SYS_RECV), which has no number of its own, and socketcall(SYS_SEND).
        #expect(filter(SyscallInput(number: 102, auditArchitecture: i386, arguments: [10, 0, 0, 0, 0, 0])) == Self.allow)
        #expect(filter(SyscallInput(number: 102, auditArchitecture: i386, arguments: [9, 0, 0, 0, 0, 0])) == Self.permissionDenied)
        // socket(2) and connect(2) themselves.
        #expect(filter(SyscallInput(number: 359, auditArchitecture: i386)) == Self.allow)
        #expect(filter(SyscallInput(number: 362, auditArchitecture: i386)) == Self.permissionDenied)
    }

    @Test(arguments: [[], [.x86], [.x32], [.aarch64], [.x86, .x32, .arm]] as [[SeccompArchitecture]])
    func `calls that an architecture lacks do not disturb its other rules`(_ architectures: [SeccompArchitecture]) throws {
        let rules = [
            Syscall(["send", "recv", "waitpid", "fstat64", "set_tls"], .allow), Syscall(["socket"], .allow, [SeccompArg(0, .notEqual, 40)]),
            Syscall(["waitpid"], .allow, [SeccompArg(0, .equal, 1)]), Syscall(["dup"], .allow, [SeccompArg(0, .equal, 3)]),
        ]
        let filter = try Self.filter(architectures, rules)
        for architecture in [.x86_64] + architectures {
            #expect(filter(try #require(SyscallInput("dup", architecture, [3]))) == Self.allow)
            #expect(filter(try #require(SyscallInput("dup", architecture, [4]))) == Self.permissionDenied)
        }
        #expect(filter(try #require(SyscallInput("socket", .x86_64, [41]))) == Self.allow)
        #expect(filter(try #require(SyscallInput("socket", .x86_64, [40]))) == Self.permissionDenied)
    }

    @Test func `what libseccomp knows is what is supported`() {
        let supported = SeccompFilter.supportedArchitectures
        #expect(supported.contains(.x86_64) && supported.contains(.x32) && supported.contains(.riscv64))
        #expect(!supported.contains(.sheb) || SeccompFilter.libraryVersion != "2.5.4")
    }
}
#endif
