/// CPUs or memory nodes in the kernel's list format: `0-3,7`. Man: cpuset(7), "FORMATS"
public struct NumberList: Sendable, Equatable {
    /// Bit n of the whole is number n.
    public private(set) var mask: [UInt64] = []

    /// No kernel has more CPUs: NR_CPUS.
    private static let limit = 8192

    /// Nil for what is no list, is empty, or has a number that no kernel has.
    public init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
            for number in first...last { insert(number) }
        }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text), number < limit
        else { return nil }
        return number
    }

    /// The first number of this list that is not in the other.
    public func firstOutside(_ other: NumberList) -> Int? {
        for (index, word) in mask.enumerated() {
            let outside = word & ~(index < other.mask.count ? other.mask[index] : 0)
            if outside != 0 { return index * 64 + outside.trailingZeroBitCount }
        }
        return nil
    }

    private mutating func insert(_ number: Int) {
        while mask.count <= number / 64 { mask.append(0) }
        mask[number / 64] |= 1 << UInt64(number % 64)
    }
}
