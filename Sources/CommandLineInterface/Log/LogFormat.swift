/// `--log-format`: how a line of the log is written.
enum LogFormat: String, Sendable {
    case text
    case json
}
