/// How a command ended and what it wrote.
struct CommandResult: CustomStringConvertible, Sendable {
    let arguments: [String]
    /// The exit status; 128+n where signal n ended it.
    let status: Int32
    let stdout: String
    let stderr: String

    var succeeded: Bool { status == 0 }
    var lines: [String] { stdout.split(separator: "\n").map(String.init) }
    /// Standard output without the final newline.
    var text: String { stdout.hasSuffix("\n") ? String(stdout.dropLast()) : stdout }
    /// The lines on standard error.
    var errors: [String] { stderr.split(separator: "\n").map(String.init) }

    var description: String {
        "\(arguments.joined(separator: " ")) → status \(status)\n--- stdout\n\(stdout)\n--- stderr\n\(stderr)\n---"
    }
}

/// Something that the harness itself could not do; a failure of the test that met it.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
