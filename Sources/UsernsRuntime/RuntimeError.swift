/// What a person or an engine is told when a command fails: one line, and how to get further.
///
/// `code` is the exit status of the command. `message` names the field, path or step; `cause` is what the kernel or a
/// library answered; `hint` is advice that a person can act on.
public struct RuntimeError: Error, Sendable, Equatable {
    /// The exit status of the command that failed: 1, or 255 where `exec` could not run its process.
    public var code: Int32
    public var message: String
    public var cause: String?
    public var hint: String?
    /// What a caller may decide by, whatever the words are.
    public private(set) var kind = Kind.other

    public enum Kind: Sendable, Equatable {
        /// There is no container with this id.
        case missingContainer
        case other
    }

    public init(_ message: String, cause: String? = nil, hint: String? = nil, code: Int32 = 1) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    static func missingContainer(_ id: ContainerID) -> RuntimeError {
        var error = RuntimeError("container does not exist: \(id.text)")
        error.kind = .missingContainer
        return error
    }

    /// The one line that is shown: `message: cause (hint: …)`.
    public var line: String {
        var line = message
        if let cause { line += ": \(cause)" }
        if let hint { line += " (hint: \(hint))" }
        return line
    }

    /// Brings back what was, and tells too where that did not work.
    public func after(_ undo: () throws(RuntimeError) -> Void) -> RuntimeError {
        do throws(RuntimeError) { try undo() } catch {
            var told = self
            told.message += "; then: \(error.line)"
            return told
        }
        return self
    }
}
