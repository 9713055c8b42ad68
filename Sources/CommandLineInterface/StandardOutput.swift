import Glibc
import SystemPackage
import UsernsRuntime

enum StandardOutput {
    /// An answer that did not arrive is an error, not an empty answer.
    static func write(_ text: String) throws(RuntimeError) {
        do {
            try FileDescriptor.standardOutput.writeAll(text.utf8)
        } catch {
            if let errno = error as? Errno, errno == .brokenPipe { endByBrokenPipe() }
            throw RuntimeError("standard output: cannot be written", cause: "\(error)")
        }
    }

    /// As a program in a pipeline does whose reader has enough.
    private static func endByBrokenPipe() {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }
}
