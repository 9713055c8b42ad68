import Logging
import SystemPackage
import UsernsRuntime

/// The program's log, and the one place where an error is shown.
struct ProgramLog: Sendable {
    private let logger: Logger
    /// Whether the log gets a fatal error, and whether the standard error gets it as plain text: both, where the log is a
    /// file. Where it is the standard error itself, the error is said there once: as JSON where that was asked for.
    private let fatalErrorsGo: (toLog: Bool, asPlainText: Bool)

    /// - Parameter path: the file that lines are appended to (mode 0644 where it is made); nil is the standard error.
    /// - Throws: `RuntimeError` where the file can't be opened.
    init(path: String?, format: LogFormat, debug: Bool) throws(RuntimeError) {
        let descriptor = if let path { try Self.open(path) } else { FileDescriptor.standardError }
        let handler = DescriptorLogHandler(descriptor: descriptor, format: format, logLevel: debug ? .debug : .warning)
        logger = Logger(label: "runc", factory: { _ in handler })
        fatalErrorsGo = (toLog: path != nil || format == .json, asPlainText: path != nil || format == .text)
    }

    /// What the runtime logs with.
    var runtimeLog: RuntimeLog {
        let logger = logger
        return RuntimeLog(
            warning: { message in logger.warning("\(message)") },
            debug: { message in logger.debug("\(message())") })
    }

    /// The last word of a command that failed.
    func fatal(_ error: RuntimeError) {
        if fatalErrorsGo.toLog { logger.error("\(error.line)") }
        if fatalErrorsGo.asPlainText { Self.showPlainly(error) }
    }

    /// One line, whatever an image or a hook has put into it. For an error that is met before there is a log, too.
    static func showPlainly(_ error: RuntimeError) {
        // Nothing is left to tell it to where the standard error is closed; the exit status tells.
        _ = Result { try FileDescriptor.standardError.writeAll("runc: \(error.line.withoutControlCharacters)\n".utf8) }
    }

    private static func open(_ path: String) throws(RuntimeError) -> FileDescriptor {
        do {
            // Close-on-exec: the container's process must never hold the host's log.
            return try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw RuntimeError("--log \(path): cannot be opened", cause: "\(error)")
        }
    }
}
