import RuntimeSpec
import Testing

@testable import SeccompFilter

@Suite struct FlagTests {
    static let specAllow: UInt32 = 4
    static let log: UInt32 = 2

    static let rows: [([SeccompFlag]?, UInt32)] = [
        (nil, specAllow),
        ([], 0),
        ([.log], log),
        ([.speculationAllow], specAllow),
        ([.tsync], 0),
        ([.tsync, .log, .speculationAllow, .log], log | specAllow),
    ]

    // Each of these flags is older than any kernel that these tests run on.
    @Test(arguments: rows)
    func `flags`(_ requested: [SeccompFlag]?, _ expected: UInt32) throws {
        var profile = Seccomp(.allow)
        profile.flags = requested
        let program = try SeccompFilter.compile(profile)
        #expect(program.flags == expected)
        #expect(program.warnings == [])
    }

    @Test func `WAIT_KILLABLE_RECV needs a listener`() throws {
        var profile = Seccomp(.allow)
        profile.flags = [.log, .waitKillableReceive]
        let program = try SeccompFilter.compile(profile)
        #expect(program.flags == Self.log)
        #expect(
            program.warnings == [
                "linux.seccomp.flags[1]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV has no effect without SCMP_ACT_NOTIFY"
            ])
    }

    /// The descriptor that the agent gets comes with the program.
    @Test(arguments: [(nil, 8 | specAllow), ([], 8), ([.waitKillableReceive], 8 | 32), ([.tsync, .log], 8 | log)] as [([SeccompFlag]?, UInt32)])
    func `SCMP_ACT_NOTIFY has a listener`(_ requested: [SeccompFlag]?, _ expected: UInt32) throws {
        var profile = Seccomp(.allow, [Syscall(["mkdir"], .notify)])
        profile.flags = requested
        let program = try SeccompFilter.compile(profile)
        #expect(program.flags == expected && program.hasListener && program.warnings == [])
        #expect(try BPFInterpreter(program)(#require(SyscallInput("mkdir"))) == 0x7fc0_0000)
        #expect(try !SeccompFilter.compile(Seccomp(.allow)).hasListener)
    }

    @Test func `what features reports`() {
        #expect(SeccompFilter.knownFlags.count == 4)
        #expect(Set(SeccompFilter.supportedFlags).isSuperset(of: [.tsync, .log, .speculationAllow]))
        #expect(SeccompFilter.supportedActions == SeccompAction.allCases)
        #expect(SeccompFilter.libraryVersion.split(separator: ".").count == 3)
    }
}
