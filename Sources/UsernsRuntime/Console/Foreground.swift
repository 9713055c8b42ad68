import Glibc
import LinuxKernel
import SystemPackage

/// `run` and `exec` while their process runs: signals go to it, the terminal is copied, its end is waited for.
struct Foreground: ~Copyable {
    private let signals: SignalQueue

    /// Before the clone, so that no signal is lost between the two.
    init(subreaper: Bool) throws(RuntimeError) {
        do throws(KernelError) {
            if subreaper { try CurrentProcess.becomeSubreaper() }
            signals = try SignalQueue()
        } catch { throw RuntimeError("waiting for signals", error) }
    }

    /// Returns how the process ended. All children that end meanwhile are reaped: as subreaper, others come to us too.
    func wait(for process: borrowing ChildProcess, terminal: consuming OwnedDescriptor?) throws(RuntimeError) -> Termination {
        do throws(KernelError) {
            guard let terminal else { return try waitWithoutTerminal(process) }
            return try wait(process, copying: SharedDescriptor(terminal))
        } catch { throw RuntimeError("waiting for the container's process", error) }
    }

    private func waitWithoutTerminal(_ process: borrowing ChildProcess) throws(KernelError) -> Termination {
        while true {
            _ = try Readiness.wait(for: [(signals, .readable)])
            if let termination = try handleSignals(process, terminal: nil) { return termination }
        }
    }

    private func wait(_ process: borrowing ChildProcess, copying terminal: SharedDescriptor) throws(KernelError) -> Termination {
        let stdin = FileDescriptor(rawValue: 0)
        let isTerminal = Terminal.isTerminal(stdin)
        // Lives until this function returns, and restores the person's terminal then.
        let raw: RawTerminal? = isTerminal ? try RawTerminal(stdin) : nil
        defer { _ = raw.hasValue }

        var input = ByteRelay(from: stdin, to: terminal)
        var output = ByteRelay(from: terminal, to: FileDescriptor(rawValue: 1))
        while true {
            let ready = try Readiness.wait(for: [(signals, .readable)] + input.awaited + output.awaited)
            if ready[1] { input.read() }
            if ready[2] { input.write() }
            if ready[3] { output.read() }
            if ready[4] { output.write() }
            if ready[0], let termination = try handleSignals(process, terminal: terminal) {
                try output.drain()
                return termination
            }
        }
    }

    private func handleSignals(_ process: borrowing ChildProcess, terminal: SharedDescriptor?) throws(KernelError) -> Termination? {
        while let signal = try signals.next() {
            switch signal {
            case SIGCHLD:
                while let child = try ChildProcess.reapAny() {
                    if child.pid == process.pid { return child.termination }
                }
            case SIGWINCH where terminal != nil: Self.followSize(terminal!)
            // The language runtimes of those who call us use it for themselves.
            case SIGURG, SIGPIPE: break
            default:
                do throws(KernelError) { try process.signal(signal) } catch {
                    guard error.errno == .noSuchProcess else { throw error }
                }
            }
        }
        return nil
    }

    static func prepare(_ terminal: borrowing OwnedDescriptor) throws(KernelError) {
        try Terminal.passOutputThrough(terminal)
        followSize(terminal)
    }

    /// The window's size follows the person's; without a window there is none to follow.
    private static func followSize(_ terminal: borrowing some Descriptor & ~Copyable) {
        do throws(KernelError) { try Terminal.setSize(of: terminal, try Terminal.size(of: FileDescriptor(rawValue: 0))) } catch {}
    }
}

extension Optional where Wrapped: ~Copyable {
    /// Reads the value, which keeps it alive until here.
    var hasValue: Bool {
        switch self {
        case .none: false
        case .some: true
        }
    }
}
