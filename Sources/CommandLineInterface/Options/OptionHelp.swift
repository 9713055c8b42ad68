import ArgumentParser

/// The help of an option says its kind of value and its default. ArgumentParser adds a default that the option's property
/// has; these say those that it can't know.
extension ArgumentHelp {
    /// An option whose property is nil or empty unless it is given.
    static func option(_ abstract: String, kind: String, default defaultText: String = "none") -> ArgumentHelp {
        ArgumentHelp("\(abstract) (default: \(defaultText))", valueName: kind)
    }

    static func flag(_ abstract: String) -> ArgumentHelp {
        ArgumentHelp("\(abstract) (default: off)")
    }
}
