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
        // One that has room has not room for all: a container that does not read would keep us.
        try terminal.setBlocking(false)
        let terminal = SharedDescriptor(terminal)
        let stdin = FileDescriptor(rawValue: 0)
        raw = Terminal.isTerminal(stdin) ? try RawTerminal(stdin) : nil
        self.terminal = terminal
        input = ByteRelay(from: stdin, to: terminal)
        output = ByteRelay(from: terminal, to: FileDescriptor(rawValue: 1))
    }

    var awaited: [Readiness.Awaited] { input.awaited + output.awaited }

    /// - Parameter ready: the answers for what is `awaited`.
    mutating func copy(_ ready: ArraySlice<Readiness.Answer>) {
        input.copy(ready.prefix(2))
        output.copy(ready.suffix(2))
    }

    /// What the container has printed, once it has ended. What it has not read is dropped.
    consuming func finish() throws(KernelError) { try output.drain() }
}
