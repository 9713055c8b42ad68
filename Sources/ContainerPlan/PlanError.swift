import IDMapping

/// Why no plan can be made: what is wrong with the request or the host, and what a person can do about it.
public struct PlanError: Error, Sendable, Equatable {
    public let message: String
    public let hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    init(_ error: IDMapError) { self.init(error.message, hint: error.hint) }
}
