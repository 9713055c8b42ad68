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

    @Test func `what features reports`() {
        #expect(SeccompFilter.knownFlags.count == 4)
        #expect(Set(SeccompFilter.supportedFlags) == [.tsync, .log, .speculationAllow])
        #expect(Set(SeccompFilter.supportedActions) == Set(SeccompAction.allCases).subtracting([.notify]))
        #expect(SeccompFilter.libraryVersion.split(separator: ".").count == 3)
    }
}
