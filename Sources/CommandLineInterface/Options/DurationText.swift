/// A span of time as Go's programs write it: `1h30m`, `1.5s`, `300ms`.
enum DurationText {
    private static let nanoseconds: [String: Double] = [
        "ns": 1, "us": 1e3, "\u{B5}s": 1e3, "\u{3BC}s": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
    ]

    /// At least 1; nil where the text is none, or a span that is not longer than nothing.
    static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...]
        if rest.hasPrefix("+") { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var sum = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest[number.endIndex...]
            let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            rest = rest[unit.endIndex...]
            // `.5s` and `5.s` are spans too.
            guard number != ".", let value = Double(number.hasSuffix(".") ? "\(number)0" : "0\(number)"), let scale = nanoseconds[String(unit)]
            else { return nil }
            sum += value * scale
        }
        // What Go's type holds.
        guard sum > 0, sum < 0x1p63 else { return nil }
        return max(1, Int64((sum / 1e6).rounded(.up)))
    }
}
