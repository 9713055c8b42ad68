import CSeccomp
import RuntimeSpec
import Testing

@testable import SeccompFilter

@Suite struct ActionTests {
    static let returnValues: [(SeccompAction, UInt32?, UInt32)] = [
        (.allow, nil, 0x7fff_0000),
        (.log, nil, 0x7ffc_0000),
        (.trap, nil, 0x0003_0000),
        (.kill, nil, 0x0000_0000),
        (.killThread, nil, 0x0000_0000),
        (.killProcess, nil, 0x8000_0000),
        (.errno, nil, 0x0005_0001),
        (.errno, 0, 0x0005_0000),
        (.errno, 38, 0x0005_0026),
        (.errno, 4094, 0x0005_0ffe),
        (.trace, nil, 0x7ff0_0001),
        (.trace, 65535, 0x7ff0_ffff),
    ]

    @Test(arguments: returnValues)
    func `the default action answers what no rule names`(_ action: SeccompAction, _ errno: UInt32?, _ expected: UInt32) throws {
        var profile = Seccomp(action)
        profile.defaultErrnoRet = errno
        let filter = try BPFInterpreter(try SeccompFilter.compile(profile))
        #expect(filter(try #require(SyscallInput("read"))) == expected)
        #expect(filter(try #require(SyscallInput("write"))) == expected)
    }

    @Test(arguments: returnValues)
    func `a rule's action answers its calls, and no others`(_ action: SeccompAction, _ errno: UInt32?, _ expected: UInt32) throws {
        // A default that is none of them.
        var profile = Seccomp(.errno, [Syscall(["read", "close"], action, errnoRet: errno)])
        profile.defaultErrnoRet = 77
        let filter = try BPFInterpreter(try SeccompFilter.compile(profile))
        #expect(filter(try #require(SyscallInput("read"))) == expected)
        #expect(filter(try #require(SyscallInput("close"))) == expected)
        #expect(filter(try #require(SyscallInput("open"))) == 0x0005_004d)
    }

    @Test(arguments: returnValues)
    func `a rule with arguments has the same actions`(_ action: SeccompAction, _ errno: UInt32?, _ expected: UInt32) throws {
        var profile = Seccomp(.errno, [Syscall(["read"], action, errnoRet: errno, [SeccompArg(0, .equal, 5)])])
        profile.defaultErrnoRet = 77
        let filter = try BPFInterpreter(try SeccompFilter.compile(profile))
        #expect(filter(try #require(SyscallInput("read", nil, [5]))) == expected)
        #expect(filter(try #require(SyscallInput("read", nil, [6]))) == 0x0005_004d)
    }

    @Test func `a rule that says what the default says is no rule`() throws {
        let rules = [
            Syscall(["read"], .errno), Syscall(["write"], .errno, errnoRet: 1), Syscall(["close"], .errno, [SeccompArg(0, .equal, 3)]),
            Syscall(["read"], .allow),
        ]
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, rules)))
        #expect(filter(try #require(SyscallInput("read"))) == 0x7fff_0000)
        #expect(filter(try #require(SyscallInput("write"))) == 0x0005_0001)
        #expect(filter(try #require(SyscallInput("close", nil, [3]))) == 0x0005_0001)
    }

    @Test func `KILL and KILL_THREAD are one action`() throws {
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.kill, [Syscall(["read"], .killThread)])))
        #expect(filter(try #require(SyscallInput("read"))) == 0)
    }

    @Test func `the first rule without arguments counts, before all with arguments`() throws {
        let rules = [
            Syscall(["read"], .trap, [SeccompArg(0, .equal, 1)]),
            Syscall(["read"], .allow),
            Syscall(["read"], .log),
            Syscall(["read"], .trap, [SeccompArg(0, .equal, 2)]),
            // These two would contradict each other if they counted.
            Syscall(["read"], .log, [SeccompArg(0, .equal, 2)]),
        ]
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, rules)))
        for value in UInt64(0)...3 { #expect(filter(try #require(SyscallInput("read", nil, [value]))) == 0x7fff_0000) }
    }

    @Test func `the program's count and bytes agree`() throws {
        let program = try SeccompFilter.compile(Seccomp(.errno, [Syscall(["read"], .allow)]))
        #expect(program.instructions.count == Int(program.count) * 8)
        #expect(program.count > 1)
    }
}
