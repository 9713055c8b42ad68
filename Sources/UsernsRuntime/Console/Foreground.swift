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
            var polled = pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0)
            _ = poll(&polled, 1, -1)
            if let termination = try handleSignals(process, terminal: nil) { return termination }
        }
    }

    private func wait(_ process: borrowing ChildProcess, copying terminal: SharedDescriptor) throws(KernelError) -> Termination {
        let stdin = FileDescriptor(rawValue: 0)
        let isTerminal = Terminal.isTerminal(stdin)
        // Lives until this function returns, and restores the person's terminal then.
        let raw: RawTerminal? = isTerminal ? try RawTerminal(stdin) : nil
        defer { _ = raw.hasValue }

        var input = ByteRelay(from: stdin, to: FileDescriptor(rawValue: terminal.rawValue))
        var output = ByteRelay(from: FileDescriptor(rawValue: terminal.rawValue), to: FileDescriptor(rawValue: 1))
        while true {
            func entry(_ relay: ByteRelay, reading: Bool) -> pollfd {
                let wanted = reading ? relay.wantsToRead : relay.wantsToWrite
                let descriptor = reading ? relay.source : relay.destination
                return pollfd(fd: wanted ? descriptor.rawValue : -1, events: Int16(reading ? POLLIN : POLLOUT), revents: 0)
            }
            var polled = [
                pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
                entry(input, reading: true), entry(input, reading: false), entry(output, reading: true), entry(output, reading: false),
            ]
            _ = poll(&polled, nfds_t(polled.count), -1)
            if polled[1].revents != 0 { input.read() }
            if polled[2].revents != 0 { input.write() }
            if polled[3].revents != 0 { output.read() }
            if polled[4].revents != 0 { output.write() }
            if polled[0].revents != 0, let termination = try handleSignals(process, terminal: terminal) {
                output.drain()
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
