/// The part of a program that comes before libseccomp's: it answers what a system call's number alone decides.
///
/// Nearly all of a profile is rules without arguments. libseccomp takes 15 to 20 ms to generate those of Docker's default
/// profile for its three architectures, several times the rest of a container's start; here they are some runs of
/// numbers, searched by halves. What is not decided here, above all the comparisons of arguments, the default action and
/// foreign architectures, is left to libseccomp's part, which follows. The tests hold both together against libseccomp alone.
///
/// The kernel caches which numbers are always allowed; it understands the few instructions used here.
/// Source: kernel/seccomp.c, seccomp_is_const_allow
struct SyscallPrologue {
    private(set) var program = BPFProgram()
    /// How many instructions the prologue has when it is complete: libseccomp's part begins there.
    private let count: Int

    private typealias Runs = ArraySlice<SyscallDecisions.Run>

    /// `newer` is the answer to calls beyond all that the profile knows; nil leaves them to libseccomp's part.
    init(_ decisions: [SyscallDecisions], newer: UInt32?) {
        // x32 and x86-64 have one AUDIT_ARCH; the runs of both follow each other.
        var runsByArchitecture: [UInt32: Runs] = [:]
        for decision in decisions.sorted(by: { $0.abi.numbers.lowerBound < $1.abi.numbers.lowerBound }) {
            runsByArchitecture[decision.abi.auditArchitecture, default: []] += decision.runs(newer: newer)
        }
        // In an order that does not change from run to run.
        let blocks = runsByArchitecture.filter { $0.value.contains { $0.returnValue != nil } }.sorted { $0.key > $1.key }

        count = blocks.isEmpty ? 0 : 1 + blocks.reduce(0) { $0 + 2 + Self.blockCount($1.value) }
        if blocks.isEmpty { return }
        program.load(.auditArchitecture)
        for block in blocks {
            program.skipOneIfEqual(block.key)
            program.jump(over: Self.blockCount(block.value))
            program.load(.syscallNumber)
            appendSearch(block.value)
        }
    }

    private static func blockCount(_ runs: Runs) -> Int { 1 + searchCount(runs) }

    private static func searchCount(_ runs: Runs) -> Int {
        if runs.count == 1 { return 1 }
        let (lower, upper) = halves(runs)
        let lowerCount = searchCount(lower)
        return BPFProgram.countOfSkip(over: lowerCount) + lowerCount + searchCount(upper)
    }

    private static func halves(_ runs: Runs) -> (lower: Runs, upper: Runs) {
        let middle = runs.startIndex + runs.count / 2
        return (runs[..<middle], runs[middle...])
    }

    private mutating func appendSearch(_ runs: Runs) {
        guard runs.count == 1, let run = runs.first else {
            let (lower, upper) = Self.halves(runs)
            program.skip(Self.searchCount(lower), ifAtLeast: upper[upper.startIndex].first)
            appendSearch(lower)
            appendSearch(upper)
            return
        }
        if let returnValue = run.returnValue {
            program.return(returnValue)
        } else {
            program.jump(over: count - program.count - 1)
        }
    }
}
