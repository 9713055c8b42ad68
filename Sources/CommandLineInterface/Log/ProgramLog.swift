import Logging
import SystemPackage
import UsernsRuntime

/// The program's log, and the one place where an error is shown.
struct ProgramLog: Sendable {
    private let logger: Logger
    /// Fatal errors go to the standard error as plain text, beside the log or instead of it.
    private let errorsAsPlainText: Bool
    /// The log is a file; otherwise it is the standard error.
    private let isFile: Bool

    /// - Parameter path: the file that lines are appended to (mode 0644 where it is made); nil is the standard error.
    /// - Throws: `RuntimeError` where the file can't be opened.
    init(path: String?, format: LogFormat, debug: Bool) throws(RuntimeError) {
        let descriptor = if let path { try Self.open(path) } else { FileDescriptor.standardError }
        let handler = DescriptorLogHandler(descriptor: descriptor, format: format, logLevel: debug ? .debug : .warning)
        logger = Logger(label: "runc", factory: { _ in handler })
        isFile = path != nil
        errorsAsPlainText = isFile || format == .text
    }

    /// What the runtime logs with.
    var runtimeLog: RuntimeLog {
        let logger = logger
        return RuntimeLog(
            warning: { message in logger.warning("\(message)") },
            debug: { message in logger.debug("\(message())") })
    }

    /// The last word of a command that failed: to the log's file, and in plain text to the standard error. Where the
    /// standard error is itself the log it is said there once.
    func fatal(_ error: RuntimeError) {
        if isFile || !errorsAsPlainText { logger.error("\(error.line)") }
        if errorsAsPlainText { Self.showPlainly(error) }
    }

    /// For an error that is met before there is a log.
    static func showPlainly(_ error: RuntimeError) {
        // Nothing is left to tell it to where the standard error is closed; the exit status tells.
        _ = Result { try FileDescriptor.standardError.writeAll("runc: \(error.line)\n".utf8) }
    }

    private static func open(_ path: String) throws(RuntimeError) -> FileDescriptor {
        do {
            // CLOEXEC beside the owner's CLOEXEC rules: the container's process must never hold the host's log.
            return try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw RuntimeError("--log \(path): cannot be opened", cause: "\(error)")
        }
    }
}
