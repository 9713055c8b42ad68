enum JSONText { static func object(_ f: [(key: String, value: String)]) -> String { "{" + f.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}" } }
enum Timestamp { static func now() -> String { "2026-01-01T00:00:00Z" } }
enum SeccompFilter { static let libraryVersion = "0.0.0" }
