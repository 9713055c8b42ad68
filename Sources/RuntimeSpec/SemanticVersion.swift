/// A version `MAJOR.MINOR.PATCH`, perhaps with `-prerelease` and `+build`, whose content does not matter here.
struct SemanticVersion {
    let major: Int
    let minor: Int
    let patch: Int

    /// Nil where the text is no semantic version.
    init?(_ text: String) {
        let withoutBuild = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let release = withoutBuild[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        for suffix in withoutBuild.dropFirst() + release.dropFirst() {
            let isIdentifier = suffix.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            guard isIdentifier, !suffix.isEmpty else { return nil }
        }
        let numbers = release[0].split(separator: ".", omittingEmptySubsequences: false).compactMap { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == 3, release[0].count(where: { $0 == "." }) == 2 else { return nil }
        (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
    }
}
