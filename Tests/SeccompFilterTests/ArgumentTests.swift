import RuntimeSpec
import Testing

@testable import SeccompFilter

@Suite struct ArgumentTests {
    static let big: UInt64 = 0x1234_5678_9abc_def0

    struct Row: Sendable {
        var args: [SeccompArg]
        var matching: [[UInt64]]
        var other: [[UInt64]]
    }

    static let rows: [Row] = [
        Row(args: [SeccompArg(0, .equal, 5)], matching: [[5]], other: [[4], [6], [5 | 1 << 32], [.max]]),
        Row(args: [SeccompArg(0, .notEqual, 5)], matching: [[4], [6], [5 | 1 << 32], [.max]], other: [[5]]),
        Row(args: [SeccompArg(0, .less, 5)], matching: [[0], [4]], other: [[5], [6], [4 | 1 << 32]]),
        Row(args: [SeccompArg(0, .lessOrEqual, 5)], matching: [[0], [5]], other: [[6], [5 | 1 << 32]]),
        Row(args: [SeccompArg(0, .greaterOrEqual, 5)], matching: [[5], [6], [1 << 32]], other: [[4], [0]]),
        Row(args: [SeccompArg(0, .greater, 5)], matching: [[6], [1 << 32]], other: [[5], [0]]),
        Row(args: [SeccompArg(0, .maskedEqual, 0xf0, 0x30)], matching: [[0x30], [0x3f], [0x30 | 1 << 40]], other: [[0x20], [0x70], [0]]),
        // All 64 bits take part.
        Row(args: [SeccompArg(0, .equal, big)], matching: [[big]], other: [[big & 0xffff_ffff], [(big >> 32) << 32], [big + 1]]),
        Row(args: [SeccompArg(0, .greater, big)], matching: [[big + 1], [.max]], other: [[big], [big - 1], [0xffff_ffff]]),
        Row(args: [SeccompArg(0, .less, big)], matching: [[big - 1], [0xffff_ffff]], other: [[big], [.max]]),
        Row(args: [SeccompArg(0, .maskedEqual, .max, big)], matching: [[big]], other: [[big + 1], [big & 0xffff_ffff]]),
        // Several arguments: all must match.
        Row(
            args: [SeccompArg(0, .equal, 1), SeccompArg(2, .greater, 7)], matching: [[1, 0, 8]],
            other: [[1, 0, 7], [2, 0, 8], [0, 0, 0]]),
        Row(
            args: (0...5).map { SeccompArg($0, .equal, UInt64($0) + 1) }, matching: [[1, 2, 3, 4, 5, 6]],
            other: [[1, 2, 3, 4, 5, 7], [0, 2, 3, 4, 5, 6]]),
        // The same argument twice: any suffices, also of those on other arguments.
        Row(args: [SeccompArg(0, .equal, 1), SeccompArg(0, .equal, 4)], matching: [[1], [4]], other: [[0], [2], [5]]),
        Row(
            args: [SeccompArg(0, .equal, 1), SeccompArg(1, .equal, 9), SeccompArg(0, .equal, 4)],
            matching: [[1, 0], [4, 0], [0, 9]], other: [[0, 0], [2, 8]]),
    ]

    @Test(arguments: rows)
    func `comparisons`(_ row: Row) throws {
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, [Syscall(["mmap"], .allow, row.args)])))
        for arguments in row.matching {
            #expect(filter(try #require(SyscallInput("mmap", nil, arguments))) == 0x7fff_0000, "\(arguments)")
        }
        for arguments in row.other {
            #expect(filter(try #require(SyscallInput("mmap", nil, arguments))) == 0x0005_0001, "\(arguments)")
        }
    }

    @Test func `every operator is in the table`() {
        #expect(Set(Self.rows.flatMap(\.args).map(\.op)) == Set(SeccompFilter.supportedOperators))
        #expect(SeccompFilter.supportedOperators.count == 7)
    }

    @Test func `several rules for one call: any suffices`() throws {
        let rules = [UInt64(0), 8, 0xffff_ffff].map { Syscall(["personality"], .allow, [SeccompArg(0, .equal, $0)]) }
        let filter = try BPFInterpreter(try SeccompFilter.compile(Seccomp(.errno, rules)))
        for (value, expected) in [(0, 0x7fff_0000), (8, 0x7fff_0000), (0xffff_ffff, 0x7fff_0000), (1, 0x0005_0001)] as [(UInt64, UInt32)] {
            #expect(filter(try #require(SyscallInput("personality", nil, [value]))) == expected)
        }
    }
}
