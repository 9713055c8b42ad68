import Foundation

/// A host tool that simply has to succeed, used while the host is being set up (before `Command` has a directory).
enum PlainCommand {
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Returns standard output without the final newline.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["-i", "PATH=\(path)", "LC_ALL=C"] + arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw HarnessError("\(arguments.joined(separator: " ")) → status \(process.terminationStatus)\n\(text)")
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
