import LinuxKernel
import SystemPackage

/// The container's terminal, copied to and fro while the person's own is raw, which is restored with the end of this value.
struct TerminalCopy: ~Copyable {
    let terminal: SharedDescriptor
    private let raw: RawTerminal?
    private var input: ByteRelay
    private var output: ByteRelay

    /// - Parameter terminal: the controlling side, whose open file description is nobody else's: it no longer blocks.
    init(_ terminal: consuming OwnedDescriptor) throws(KernelError) {
        let terminal = SharedDescriptor(terminal)
        let stdin = FileDescriptor(rawValue: 0)
        // What has room has not room for all: who does not read would keep us.
        let typed = try NonBlockingOutput(terminal), printed = try NonBlockingOutput(inherited: FileDescriptor(rawValue: 1))
        raw = Terminal.isTerminal(stdin) ? try RawTerminal(stdin) : nil
        self.terminal = terminal
        input = ByteRelay(from: stdin, to: typed)
        output = ByteRelay(from: terminal, to: printed)
    }

    var awaited: [Readiness.Awaited] { input.awaited + output.awaited }

    /// - Parameter ready: the answers for what is `awaited`.
    mutating func copy(_ ready: ArraySlice<Readiness.Answer>) {
        input.copy(ready.prefix(2))
        output.copy(ready.suffix(2))
    }

    /// Once the container has ended: who has to take what it has printed. What it has not read is dropped.
    mutating func undelivered() throws(KernelError) -> Readiness.Awaited? { try output.undelivered() }

    /// - Parameter ready: the answer for what was `undelivered`.
    mutating func deliver(_ ready: Readiness.Answer) { output.deliver(ready) }
}
