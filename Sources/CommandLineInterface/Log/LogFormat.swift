import ArgumentParser

/// `--log-format`: how a line of the log is written.
enum LogFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case text
    case json
}
