import Glibc
import LinuxKernel
import SystemPackage
import UsernsRuntime

enum StandardOutput {
    /// An answer that did not arrive is an error, not an empty answer.
    static func write(_ text: String) throws(RuntimeError) {
        do throws(KernelError) {
            // Those who call us from an event loop leave it non-blocking.
            try FileDescriptor.standardOutput.writeAll(Array(text.utf8), waitingForRoom: true)
        } catch {
            if error.errno == .brokenPipe { endByBrokenPipe() }
            throw RuntimeError("standard output: cannot be written", cause: "\(error.errno)")
        }
    }

    /// As a program in a pipeline does whose reader has enough.
    private static func endByBrokenPipe() {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
    }
}
