import SystemPackage
import UsernsRuntime

enum StandardOutput {
    /// An answer that did not arrive is an error, not an empty answer.
    static func write(_ text: String) throws(RuntimeError) {
        do {
            try FileDescriptor.standardOutput.writeAll(text.utf8)
        } catch {
            throw RuntimeError("standard output: cannot be written", cause: "\(error)")
        }
    }
}
