import RuntimeSpec

/// One line of the log, as engines parse it: `level`, `msg` and `time` under these names.
struct LogLine {
    /// `debug`, `warning` or `error`.
    var level: String
    var message: String
    /// RFC 3339.
    var time: String

    /// Ends with its only newline.
    func rendered(as format: LogFormat) -> String {
        switch format {
        case .text: "time=\(Self.quoted(time)) level=\(level) msg=\(Self.quoted(message))\n"
        case .json: JSONText.object([("level", level), ("msg", message), ("time", time)]) + "\n"
        }
    }

    /// In double quotes, and nothing inside that could end the line or be taken for a field of it.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                quoted += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
