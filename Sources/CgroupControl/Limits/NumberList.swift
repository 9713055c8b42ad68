/// A list of processors or memory nodes, such as `0-3,7`. Man: cpuset(7), "List format".
struct NumberList: Sendable, Equatable {
    let ranges: [ClosedRange<UInt32>]

    /// nil for what is none, and for the forms with a stride, which only the kernel reads.
    init?(_ text: String) {
        var ranges: [ClosedRange<UInt32>] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == "\n" }) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = ends.first.flatMap({ UInt32($0) }), let last = ends.last.flatMap({ UInt32($0) }), first <= last, ends.count <= 2 else { return nil }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    /// The first number of this list that is not in the other.
    func firstOutside(_ other: NumberList) -> UInt32? {
        for range in ranges {
            var next = range.lowerBound
            while let cover = other.ranges.first(where: { $0.contains(next) }) {
                if cover.upperBound >= range.upperBound { break }
                next = cover.upperBound + 1
            }
            if !other.ranges.contains(where: { $0.contains(next) }) { return next }
        }
        return nil
    }
}
