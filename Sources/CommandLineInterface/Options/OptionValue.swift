import ArgumentParser

/// A value that is checked here, not by its type: each type of an option costs ArgumentParser a tenth of a millisecond, in
/// every run of the program.
extension String? {
    /// - Parameter option: as help shows it: `--log-format <format>`.
    func require(_ option: String, _ isValid: (String) -> Bool) throws {
        if let self, !isValid(self) { throw ValidationError("The value '\(self)' is invalid for '\(option)'") }
    }
}

/// `--preserve-fds`: how many descriptors, from 3 on, a process inherits.
enum DescriptorCount {
    static func number(_ text: String?) -> Int? {
        guard let text else { return 0 }
        return Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }

    static func require(_ text: String?) throws { try text.require("--preserve-fds <n>") { number($0) != nil } }
}
