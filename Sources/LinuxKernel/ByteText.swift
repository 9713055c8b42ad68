extension StringProtocol {
    /// Splits at an ASCII byte, as the kernel does. A `Character` may join a separator with what follows it (`/` with an
    /// accent, a carriage return with a newline), so that a split by characters takes `../` and an accent for a name.
    public func parts(at separator: Unicode.Scalar, omittingEmpty: Bool = true) -> [String] {
        utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: omittingEmpty).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names of a path without `.` and empty ones; `..` takes one back, and nothing at the beginning.
    ///
    /// For words only: with links on the way the kernel may come to another place.
    public var pathComponentsResolvingDots: [String] {
        var components: [String] = []
        for component in parts(at: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return components
    }

    public var isAbsolutePath: Bool { utf8.first == UInt8(ascii: "/") }
}
