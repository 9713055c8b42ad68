/// Options as Go's flag package takes them and ArgumentParser does not: `-long`, `--flag=false`, and an empty `--option=`.
///
/// They are written as ArgumentParser takes them only where it has refused them, or has seen help in them (`-detach` has an `h`):
/// who writes none of these pays for none.
struct GoFlags {
    private struct Option {
        /// With its dashes.
        let name: String
        let takesValue: Bool
    }

    private var options: [Substring: Option] = [:]

    /// - Parameter help: where ArgumentParser tells the names, each option's on a line: `  -b, --bundle <dir>  …`
    init(help: String) {
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            let words = line.split(separator: " ")
            let names = words.prefix { $0.hasPrefix("-") }.map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
            let takesValue = words.dropFirst(names.count).first?.hasPrefix("<") ?? false
            // A flag has one name, for its last value to be told; an option keeps the one that errors are to name.
            for name in names { options[Self.bare(name)] = Option(name: String(takesValue ? name : names[names.count - 1]), takesValue: takesValue) }
        }
    }

    private static func bare(_ name: Substring) -> Substring { name.dropFirst(name.hasPrefix("--") ? 2 : 1) }

    /// - Parameters:
    ///   - endAtArgument: what follows the first argument is another program's.
    ///   - keepEmpty: the value of `--option=` is the empty text; else the option is left out, and has its default.
    func rewritten(_ arguments: [String], endAtArgument: Bool, keepEmpty: Bool) -> [String] {
        // They come first, for nothing to take one as its value; one that is false takes it back.
        var flags: [String] = []
        var others: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-", argument != "--" else {
                others.append(argument)
                if endAtArgument || argument == "--" { break }
                continue
            }
            let parts = Self.bare(argument[...]).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1] : nil
            guard let option = parts.first.flatMap({ options[$0] }) else {
                others.append(argument)
                continue
            }
            switch (option.takesValue, value) {
            case (true, nil): others += [option.name] + [rest.popFirst()].compactMap { $0 }
            case (true, ""): if keepEmpty { others += [option.name, ""] }
            case (false, nil), (false, "true"), (false, "True"), (false, "TRUE"), (false, "t"), (false, "T"), (false, "1"):
                flags.append(option.name)
            case (false, "false"), (false, "False"), (false, "FALSE"), (false, "f"), (false, "F"), (false, "0"):
                flags.removeAll { $0 == option.name }
            case (_, let value?): others.append("\(option.name)=\(value)")
            }
        }
        return flags + others + rest
    }
}
