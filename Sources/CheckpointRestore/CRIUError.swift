import LinuxKernel

/// Why CRIU, or what goes before it, failed.
public struct CRIUError: Error, Sendable, Equatable {
    /// What could not be done.
    public let message: String
    /// CRIU's own last words, or the kernel's answer.
    public let cause: String?
    public let hint: String?

    public init(_ message: String, cause: String? = nil, hint: String? = nil) {
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    init(_ doing: String, _ error: KernelError) { self.init(doing, cause: error.description) }
}
