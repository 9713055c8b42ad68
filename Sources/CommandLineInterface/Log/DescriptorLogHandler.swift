import Logging
import RuntimeSpec
import SystemPackage

/// Writes each log line whole, with one write(2), so that the lines of several processes that share a log don't mix.
struct DescriptorLogHandler: LogHandler {
    let descriptor: FileDescriptor
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(descriptor: FileDescriptor, format: LogFormat, logLevel: Logger.Level) {
        self.descriptor = descriptor
        self.format = format
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = LogLine(level: event.level.rawValue, message: event.message.description, time: Timestamp.now())
        // A log that can't be written (a full disk, a reader that is gone) must not end what is being logged: a fatal
        // error still goes to the standard error, and the exit status tells.
        _ = Result { try descriptor.writeAll(line.rendered(as: format).utf8) }
    }
}
