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
            var copy: TerminalCopy? = if let terminal { try TerminalCopy(terminal) } else { nil }
            while true {
                let ready = try Readiness.wait(for: [(signals, .readable)] + (copy?.awaited ?? []))
                copy?.copy(ready.dropFirst())
                if ready[0], let termination = try handleSignals(process, terminal: copy?.terminal) {
                    try copy.take()?.finish()
                    return termination
                }
            }
        } catch { throw RuntimeError("waiting for the container's process", error) }
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
