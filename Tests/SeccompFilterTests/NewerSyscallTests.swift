import RuntimeSpec
import Testing

@testable import SeccompFilter

/// What a profile says of system calls that are newer than it.
@Suite struct NewerSyscallTests {
    static let noSuchCall: UInt32 = 0x0005_0026

    static func filter(_ action: SeccompAction, _ names: [String], _ architectures: [SeccompArchitecture] = []) throws -> BPFInterpreter {
        let rule: SeccompAction = action == .allow ? .log : .allow
        return try BPFInterpreter(try SeccompFilter.compile(Seccomp(action, [Syscall(names, rule)], architectures: architectures)))
    }

    static func input(_ number: UInt32, _ architecture: SeccompArchitecture? = nil) throws -> SyscallInput {
        let abi = try architecture.map { try #require(SyscallABI($0)) } ?? .native
        return SyscallInput(number: abi.numbers.lowerBound + number, auditArchitecture: abi.auditArchitecture)
    }

    static let answers: [(SeccompAction, below: UInt32, above: UInt32)] = [
        (.errno, 0x0005_0001, noSuchCall),
        (.kill, 0, noSuchCall),
        (.killThread, 0, noSuchCall),
        (.killProcess, 0x8000_0000, noSuchCall),
        (.trap, 0x0003_0000, noSuchCall),
        (.allow, 0x7fff_0000, 0x7fff_0000),
        (.log, 0x7ffc_0000, 0x7ffc_0000),
        (.trace, 0x7ff0_0001, 0x7ff0_0001),
    ]

    @Test(arguments: answers)
    func `a default that denies answers ENOSYS beyond the last call that is named`(
        _ action: SeccompAction, _ below: UInt32, _ above: UInt32
    ) throws {
        let filter = try Self.filter(action, ["openat2"])  // 437 on every architecture
        #expect(filter(try Self.input(436)) == below)
        #expect(filter(try Self.input(438)) == above)
        #expect(filter(try Self.input(100_000)) == above)
    }

    #if arch(x86_64)
    @Test(arguments: [.x86_64, .x86, .x32, .aarch64, .arm, .riscv64] as [SeccompArchitecture])
    func `each architecture has its last call`(_ architecture: SeccompArchitecture) throws {
        let filter = try Self.filter(.errno, ["openat2"], [.x86, .x32, .aarch64, .arm, .riscv64])
        #expect(filter(try Self.input(436, architecture)) == 0x0005_0001)
        #expect(filter(try Self.input(437, architecture)) == 0x7fff_0000)
        #expect(filter(try Self.input(438, architecture)) == Self.noSuchCall)
    }

    @Test func `x32 without being named is killed, not unknown`() throws {
        let filter = try Self.filter(.errno, ["openat2"])
        #expect(filter(SyscallInput(number: 0x4000_0000 + 438, auditArchitecture: 0xc000_003e)) == 0)
    }

    @Test func `a call inside socketcall or ipc counts with its own number`() throws {
        let filter = try Self.filter(.errno, ["shmctl"], [.x86])
        #expect(filter(try Self.input(396, .x86)) == 0x7fff_0000)
        #expect(filter(try Self.input(395, .x86)) == 0x0005_0001)
        #expect(filter(try Self.input(397, .x86)) == Self.noSuchCall)
    }

    @Test func `private calls of ARM are not the last`() throws {
        let filter = try Self.filter(.errno, ["openat2", "set_tls"], [.arm])
        #expect(filter(try Self.input(0x0f_0005, .arm)) == 0x7fff_0000)
        #expect(filter(try Self.input(0x0f_0004, .arm)) == 0x0005_0001)
        #expect(filter(try Self.input(0x0f_0006, .arm)) == 0x0005_0001)
        #expect(filter(try Self.input(438, .arm)) == Self.noSuchCall)
    }
    #endif

    @Test func `a call is known whatever the profile says of it`() throws {
        let rules = [
            Syscall(["read"], .allow), Syscall(["openat2"], .errno), Syscall(["clone3"], .trap, [SeccompArg(0, .equal, 1)]),
        ]
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, rules)))
        #expect(filter(try Self.input(437)) == 0x0005_0001)
        #expect(filter(try Self.input(438)) == Self.noSuchCall)
    }

    @Test func `a profile that names no call answers everything alike`() throws {
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.killProcess)))
        for number in [0, 1, 437, 5000, 0x3fff_ffff] as [UInt32] { #expect(filter(try Self.input(number)) == 0x8000_0000) }
    }

    @Test func `unknown names are left out with a warning`() throws {
        let rules = [Syscall(["read", "no_such_call", "write"], .allow), Syscall(["nor\n_this"], .kill)]
        let program = try SeccompFilter.compile(Seccomp(.errno, rules))
        let version = SeccompFilter.libraryVersion
        #expect(
            program.warnings == [
                "linux.seccomp.syscalls[0].names[1]: libseccomp \(version) does not know \"no_such_call\": left out",
                "linux.seccomp.syscalls[1].names[0]: libseccomp \(version) does not know \"nor\\n_this\": left out",
            ])
        let filter = try BPFInterpreter(program)
        #expect(filter(try #require(SyscallInput("read"))) == 0x7fff_0000)
        #expect(filter(try #require(SyscallInput("write"))) == 0x7fff_0000)
    }
}
