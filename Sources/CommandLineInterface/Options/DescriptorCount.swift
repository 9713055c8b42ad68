import ArgumentParser

/// `--preserve-fds`: how many descriptors, from 3 on, a process inherits.
struct DescriptorCount: Sendable, ExpressibleByArgument {
    let number: Int

    static let none = DescriptorCount(number: 0)

    private init(number: Int) {
        self.number = number
    }

    init?(argument: String) {
        guard let number = Int(argument), number >= 0 else { return nil }
        self.number = number
    }

    var defaultValueDescription: String { "\(number)" }
}
