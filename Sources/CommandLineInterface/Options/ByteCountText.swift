/// A number of bytes as a person writes it: `1048576`, `512m`, `1.5GiB`; -1 for no limit. Each unit is 1024 of the one below.
enum ByteCountText {
    private static let units = "kmgtp"

    /// Nil where the text is none.
    static func bytes(_ text: String) -> Int64? {
        if text == "-1" { return -1 }
        let number = text.prefix { ("0"..."9").contains($0) || $0 == "." }
        guard number.first != ".", number.last != ".", let value = Double(number) else { return nil }
        var suffix = text[number.endIndex...].lowercased()[...]
        if suffix.hasPrefix(" ") { suffix = suffix.dropFirst() }
        if suffix.hasSuffix("b") { suffix = suffix.dropLast() }
        if suffix.count == 2, suffix.hasSuffix("i") { suffix = suffix.dropLast() }
        guard !suffix.isEmpty else { return Int64(number) ?? Int64(exactly: value.rounded(.down)) }
        guard suffix.count == 1, let unit = units.firstIndex(of: suffix.first!) else { return nil }
        let power = units.distance(from: units.startIndex, to: unit) + 1
        let scale = (0..<power).reduce(1.0) { scale, _ in scale * 1024 }
        return Int64(exactly: (value * scale).rounded(.down))
    }
}
