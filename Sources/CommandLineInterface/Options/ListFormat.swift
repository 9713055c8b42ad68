import ArgumentParser

/// `--format` of `list` and `ps`.
enum ListFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case table
    case json
}
