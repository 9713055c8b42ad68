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
        let escaped = text.unicodeScalars.reduce(into: "") { escaped, scalar in
            if scalar == "\"" || scalar == "\\" { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return "\"\(escaped.withoutControlCharacters)\""
    }
}

extension String {
    /// Control characters written out (`\n`, `\x1b`), of which some would end the line, and others speak to a terminal.
    var withoutControlCharacters: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}":
                text += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
