import Glibc
import RuntimeSpec
import Testing

@testable import SeccompFilter

/// What is wrong in a profile, and how it is said.
@Suite struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var message: String
        var profile: Seccomp

        init(_ message: String, _ change: (inout Seccomp) -> Void) {
            self.message = message
            profile = Seccomp(.errno, [Syscall(["read"], .allow), Syscall(["write"], .allow, [SeccompArg(0, .equal, 1)])])
            change(&profile)
        }

        var testDescription: String { message }
    }

    static let rows: [Row] = [
        Row("linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be it: nobody could answer before the agent is there") { $0.defaultAction = .notify },
        Row("linux.seccomp.syscalls[2].names[1]: sendmsg cannot have SCMP_ACT_NOTIFY: it hands the listener over to the agent") {
            $0.syscalls.append(Syscall(["mkdir", "sendmsg"], .notify))
        },
        Row("linux.seccomp.defaultErrnoRet: must be from 0 to 4094 with SCMP_ACT_ERRNO, not 4095") { $0.defaultErrnoRet = 4095 },
        Row("linux.seccomp.defaultErrnoRet: must be from 0 to 4094 with SCMP_ACT_ERRNO, not 4294967295") { $0.defaultErrnoRet = .max },
        Row("linux.seccomp.defaultErrnoRet: SCMP_ACT_KILL takes no errno") {
            $0.defaultAction = .kill
            $0.defaultErrnoRet = 1
        },
        Row("linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_ALLOW takes no errno") { $0.syscalls[0].errnoRet = 1 },
        Row("linux.seccomp.syscalls[1].errnoRet: must be from 0 to 65535 with SCMP_ACT_TRACE, not 65536") {
            $0.syscalls[1].action = .trace
            $0.syscalls[1].errnoRet = 65536
        },
        Row("linux.seccomp.syscalls[1].args[0].index: must be from 0 to 5, not 6") { $0.syscalls[1].args[0].index = 6 },
        Row("linux.seccomp.syscalls[1].args[1].index: must be from 0 to 5, not 4294967295") {
            $0.syscalls[1].args.append(SeccompArg(.max, .equal, 1))
        },
        Row("linux.seccomp.syscalls[0].names: must not be empty") { $0.syscalls[0].names = [] },
        Row("linux.seccomp.syscalls[0].names[1]: is not the name of a system call") { $0.syscalls[0].names.append("") },
        Row("linux.seccomp.syscalls[0].names[0]: is not the name of a system call") { $0.syscalls[0].names = ["read\0x"] },
        Row("linux.seccomp.architectures[1]: libseccomp \(SeccompFilter.libraryVersion) does not know SCMP_ARCH_SHEB") {
            $0.architectures = [.x86_64, .sheb]
        },
        Row("linux.seccomp.architectures[0]: has another byte order than this machine") { $0.architectures = [.s390x] },
        Row("linux.seccomp.syscalls[2].names[0]: contradicts an earlier rule for the same system call and arguments") {
            $0.syscalls.append(Syscall(["write"], .trap, [SeccompArg(0, .equal, 1)]))
        },
        Row("linux.seccomp.syscalls[2].names[0]: more rules than fit into the kernel's 4096 instructions") {
            let args = (0..<5000).map { SeccompArg(0, .equal, $0) }
            $0.syscalls.append(Syscall(["close"], .allow, args))
        },
        Row("linux.seccomp.syscalls: more rules than fit into the kernel's 4096 instructions") {
            let args = (0..<3000).map { SeccompArg(0, .equal, $0 << 31) }
            $0.syscalls.append(Syscall(["close"], .allow, args))
        },
    ]

    @Test(arguments: rows)
    func `the field is named`(_ row: Row) {
        let error = #expect(throws: SeccompError.self) { _ = try SeccompFilter.compile(row.profile) }
        #expect(error?.description == row.message)
    }

    /// Two rules that compare several arguments, the same one first, are enough for libseccomp 2.5; most such rules are harmless.
    @Test(arguments: [
        ([[0, 1], [0, 2]], true), ([[0, 1], [0, 1]], true), ([[1, 0], [0, 1, 2]], true), ([[0, 1], [1, 2]], false), ([[0, 1], [0]], false), ([[0], [0]], false),
    ] as [([[UInt32]], Bool)])
    func `rules that may hang libseccomp are told before it is asked`(_ rules: [[UInt32]], _ mayHang: Bool) throws {
        let syscalls = rules.enumerated().map { index, arguments in
            Syscall(["mkdir"], .allow, arguments.map { SeccompArg($0, .equal, UInt64(index)) })
        }
        let profile = Seccomp(.errno, syscalls)
        if mayHang {
            let error = #expect(throws: SeccompError.self) { _ = try SeccompFilter.compile(profile, mayHang: false) }
            #expect(error?.isPossibleHang == true && error?.path == "linux.seccomp.syscalls[1].names[0]")
        } else {
            _ = try SeccompFilter.compile(profile, mayHang: false)
        }
    }

    @Test func `the memory file is closed`() throws {
        // Other tests run meanwhile and have a few open; a leak would leave one for each round.
        func openDescriptorCount() -> Int { (Int32(0)..<1024).count { fcntl($0, F_GETFD) >= 0 } }
        let before = openDescriptorCount()
        for _ in 0..<200 { _ = try SeccompFilter.compile(Seccomp(.errno, [Syscall(["read"], .allow)])) }
        #expect(openDescriptorCount() < before + 100)
    }
}
