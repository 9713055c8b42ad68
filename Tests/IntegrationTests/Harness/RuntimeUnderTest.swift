import Foundation

/// The binary that the tests drive.
enum RuntimeUnderTest {
    /// The top of the checkout.
    static let packageDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// `RUNC_UNDER_TEST`, or else what `make` or `swift build -c release` has built. Throws where there is none.
    static let source = Result { () throws -> String in
        if let given = ProcessInfo.processInfo.environment["RUNC_UNDER_TEST"] {
            guard access(given, X_OK) == 0 else { throw HarnessError("RUNC_UNDER_TEST=\(given) is not an executable file") }
            return URL(fileURLWithPath: given).standardizedFileURL.path
        }
        let candidates = ["\(packageDirectory)/runc", "\(packageDirectory)/.build/release/runc"]
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw HarnessError("no runc to test: run make, or set RUNC_UNDER_TEST (looked for \(candidates.joined(separator: ", ")))")
        }
        return found
    }

    /// The copy that is run: owned by root and readable by all, as an installed runtime is, wherever the checkout lies.
    private static let installed = Result { () throws -> String in
        let copy = "\(try TestHost.shared.base)/bin/runc"
        try PlainCommand.run(["install", "-m", "0755", try source.get(), copy])
        return copy
    }

    static var path: String { get throws { try installed.get() } }
}
