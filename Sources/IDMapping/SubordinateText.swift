// The two texts that tell a user's ranges. What counts as a line is what newuidmap and getsubids of shadow 4.13 were
// seen to take on Debian 12: refusing what the helper would allow, or the reverse, helps nobody.

extension SubordinateRanges {
    /// Reads /etc/subuid or /etc/subgid: lines `OWNER:START:COUNT`, of which the owner is the user's name or uid (the
    /// uid in /etc/subgid too). All lines of the user count; a line that is not of this form is skipped, so that one
    /// typing error costs its own range only. `name` is nil for a uid without a name.
    public init(fileText: String, name: String?, uid: UInt32) {
        let owners = [name, String(uid)].compactMap { $0.map { Array($0.utf8) } }
        self.init(merging: fileText.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            // More fields than three are read over.
            guard fields.count >= 3, owners.contains(where: { fields[0].elementsEqual($0) }),
                let start = looseNumber(fields[1]), let count = looseNumber(fields[2])
            else { return nil }
            return span(start: start, count: count)
        })
    }

    /// Reads what `getsubids [-g] USER` prints, whatever database it asked: lines `INDEX: USER START COUNT`, decimal.
    /// Throws for a line of another form: this is a program's output, not a file that people edit.
    public init(getsubidsOutput: String) throws(IDMapError) {
        var spans: [Range<UInt64>] = []
        for line in getsubidsOutput.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 4, words[0].last == UInt8(ascii: ":"),
                let start = UInt64(Substring(words[2])), let count = UInt64(Substring(words[3]))
            else { throw .malformedGetsubidsOutput(line: String(Substring(line))) }
            if let span = span(start: start, count: count) { spans.append(span) }
        }
        self.init(merging: spans)
    }
}

/// The ids from `start` up, or nil where not one of them is an id. The numbers can be any that were typed.
private func span(start: UInt64, count: UInt64) -> Range<UInt64>? {
    guard start < endOfIDs, count > 0 else { return nil }
    return start..<(start + min(count, endOfIDs - start))
}

/// A number as strtoll(3) with base 0 reads it: blanks before it, a sign, 0x for hexadecimal, 0 for octal, nothing
/// after it. nil for anything else, and for a negative one, which is no id.
private func looseNumber(_ field: Substring.UTF8View) -> UInt64? {
    var digits = Substring(field).drop { $0.isWhitespace }
    if digits.first == "+" { digits = digits.dropFirst() }
    // Int and its kind would take a sign here, and strtoll takes only one.
    guard let first = digits.first, first.isHexDigit else { return nil }
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
        guard digits.dropFirst(2).first?.isHexDigit == true else { return nil }
        return UInt64(digits.dropFirst(2), radix: 16)
    }
    return first == "0" ? UInt64(digits, radix: 8) : UInt64(digits)
}
