/// Where the runtime's warnings and debug lines go; the command line decides how they are rendered.
public struct RuntimeLog: Sendable {
    public var warning: @Sendable (String) -> Void
    /// Evaluated only where debug lines are wanted.
    public var debug: @Sendable (@autoclosure () -> String) -> Void

    public init(warning: @escaping @Sendable (String) -> Void, debug: @escaping @Sendable (@autoclosure () -> String) -> Void) {
        self.warning = warning
        self.debug = debug
    }
}
