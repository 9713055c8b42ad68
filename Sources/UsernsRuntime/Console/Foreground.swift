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
    ///
    /// - Parameter notify: where the process tells that it is ready. The manager outside hears it of us, who are its child, and
    ///   end as the process does.
    func wait(
        for process: borrowing ChildProcess, terminal: consuming OwnedDescriptor?, notify: NotifyRelay? = nil
    ) throws(RuntimeError) -> Termination {
        var notify = notify
        var copy: TerminalCopy?
        do throws(KernelError) { if let terminal { copy = try TerminalCopy(terminal) } } catch { throw RuntimeError("copying the terminal", error) }
        while true {
            let ready: [Readiness.Answer], termination: Termination?
            do throws(KernelError) {
                ready = try Readiness.answers(for: [(signals, .readable), (notify?.socket, .readable)] + (copy?.awaited ?? []))
                copy?.copy(ready.dropFirst(2))
                termination = ready[0] != .nothing ? try handleSignals(process, terminal: copy?.terminal) : nil
            } catch { throw RuntimeError("waiting for the container's process", error) }
            // After the signals: what it said before its end is there.
            if ready[1] != .nothing || termination != nil, notify?.forwardWaiting(mainPID: CurrentProcess.pid) == true { notify = nil }
            guard let termination else { continue }
            do throws(KernelError) { if let copy = copy.take() { try finish(copy) } } catch { throw RuntimeError("copying the terminal", error) }
            return termination
        }
    }

    /// What the process has printed before its end, as fast as it is taken. Who would end us, where there is no process to tell any
    /// more, gives up what nobody takes.
    private func finish(_ copy: consuming TerminalCopy) throws(KernelError) {
        while let destination = try copy.undelivered() {
            let ready = try Readiness.answers(for: [(signals, .readable), destination])
            while ready[0] != .nothing, let signal = try signals.next() {
                if [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains(signal) { return }
            }
            copy.deliver(ready[1])
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
