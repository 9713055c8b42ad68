@testable import IDMapping

/// A range as a map's line reads: inside, outside, size.
func line(_ containerID: UInt32, _ hostID: UInt32, _ size: UInt32) -> IDRange {
    IDRange(containerID: containerID, hostID: hostID, size: size)
}

func map(_ lines: IDRange..., kind: IDKind = .uid) throws -> IDMap { try IDMap(validating: lines, kind: kind) }

func granted(_ ranges: (UInt32, UInt32)...) -> SubordinateRanges {
    SubordinateRanges(ranges.map { SubordinateRange(start: $0.0, count: $0.1) })
}

let everything = IDMap(trusting: [line(0, 0, .max)], kind: .uid)

/// SplitMix64: the same numbers at each run, so that what fails once fails again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
