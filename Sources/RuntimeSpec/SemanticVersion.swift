/// A version `MAJOR.MINOR.PATCH`, perhaps with `-prerelease` and `+build`, whose content does not matter here.
struct SemanticVersion {
    let major: Int
    let minor: Int
    let patch: Int

    /// Nil where the text is no semantic version.
    init?(_ text: String) {
        var rest = Substring(text)
        guard let major = Self.number(&rest), Self.skip(".", &rest), let minor = Self.number(&rest), Self.skip(".", &rest),
            let patch = Self.number(&rest)
        else { return nil }
        if Self.skip("-", &rest), !Self.skipIdentifiers(&rest) { return nil }
        if Self.skip("+", &rest), !Self.skipIdentifiers(&rest) { return nil }
        guard rest.isEmpty else { return nil }
        (self.major, self.minor, self.patch) = (major, minor, patch)
    }

    private static func number(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
        rest = rest[digits.endIndex...]
        return Int(digits)
    }

    private static func skip(_ separator: Character, _ rest: inout Substring) -> Bool {
        guard rest.first == separator else { return false }
        rest.removeFirst()
        return true
    }

    private static func skipIdentifiers(_ rest: inout Substring) -> Bool {
        let identifiers = rest.prefix { $0.isASCII && ($0.isLetter || $0.isWholeNumber || $0 == "." || $0 == "-") }
        rest = rest[identifiers.endIndex...]
        return !identifiers.isEmpty
    }
}
