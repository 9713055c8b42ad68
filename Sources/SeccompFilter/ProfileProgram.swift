/// The whole program of a profile: first what a system call's number decides, then libseccomp's program for each ABI.
///
/// Nearly all of a profile is rules without arguments. libseccomp takes 15 to 20 ms to generate those of Docker's default
/// profile for its three architectures, several times the rest of a container's start; here they are some runs of
/// numbers, searched by halves. What they leave open, above all the comparisons of arguments and the default action, is
/// libseccomp's. The tests hold the whole against libseccomp alone.
///
/// The kernel caches which numbers are always allowed; it understands the few instructions of the search.
/// Source: kernel/seccomp.c, seccomp_is_const_allow
struct ProfileProgram {
    private(set) var program = BPFProgram()
    /// Where libseccomp's program for each ABI begins.
    private var partStarts: [Int] = []

    /// What a number leads to.
    private struct Segment {
        var first: UInt32
        /// Nil: `part` decides.
        var returnValue: UInt32?
        /// The index of libseccomp's program.
        var part: Int
    }

    private typealias Segments = ArraySlice<Segment>

    /// `newer` is the answer to calls beyond all that the profile knows; nil leaves them to libseccomp's program.
    init(_ rules: [ABIRules], newer: UInt32?) throws(SeccompError) {
        // By AUDIT_ARCH. x86-64 and x32 have the same: the segments of the second take the place of what the first leaves open.
        var blocks: [(auditArchitecture: UInt32, segments: Segments)] = []
        for part in rules.indices.sorted(by: { rules[$0].abi.numbers.lowerBound < rules[$1].abi.numbers.lowerBound }) {
            let abi = rules[part].abi
            let segments = rules[part].runs(newer: newer).map { Segment(first: $0.first, returnValue: $0.returnValue, part: part) }
            if let index = blocks.firstIndex(where: { $0.auditArchitecture == abi.auditArchitecture }) {
                blocks[index].segments.removeAll { $0.first >= abi.numbers.lowerBound }
                blocks[index].segments += segments
            } else {
                blocks.append((abi.auditArchitecture, segments[...]))
            }
        }

        var parts = BPFProgram()
        let searchCount = 1 + blocks.reduce(0) { $0 + 2 + Self.blockCount($1.segments) }
        for rules in rules {
            partStarts.append(searchCount + parts.count)
            parts.append(try rules.export())
        }

        program.load(.auditArchitecture)
        for block in blocks {
            program.skipOneIfEqual(block.auditArchitecture)
            program.jump(over: Self.blockCount(block.segments))
            program.load(.syscallNumber)
            appendSearch(block.segments)
        }
        // An architecture without a block arrives at the first of these, which kills what is not of its own.
        program.append(parts)
        if program.count > BPFProgram.maximumCount { throw SeccompError.tooLong("linux.seccomp.syscalls") }
    }

    private static func blockCount(_ segments: Segments) -> Int { 1 + searchCount(segments) }

    /// How many instructions `appendSearch` appends.
    private static func searchCount(_ segments: Segments) -> Int {
        if segments.count == 1 { return 1 }
        let (lower, upper) = halves(segments)
        let lowerCount = searchCount(lower)
        return BPFProgram.countOfSkip(over: lowerCount) + lowerCount + searchCount(upper)
    }

    private static func halves(_ segments: Segments) -> (lower: Segments, upper: Segments) {
        let middle = segments.startIndex + segments.count / 2
        return (segments[..<middle], segments[middle...])
    }

    private mutating func appendSearch(_ segments: Segments) {
        let (lower, upper) = Self.halves(segments)
        if lower.isEmpty {
            let only = upper[upper.startIndex]
            if let returnValue = only.returnValue {
                program.return(returnValue)
            } else {
                program.jump(over: partStarts[only.part] - program.count - 1)
            }
        } else {
            program.skip(Self.searchCount(lower), ifAtLeast: upper[upper.startIndex].first)
            appendSearch(lower)
            appendSearch(upper)
        }
    }
}
