import ArgumentParser
import Glibc

/// A signal as a person or an engine writes it: by name, with or without `SIG` and in any case, or by number.
struct SignalName: Sendable, Equatable, ExpressibleByArgument {
    let number: Int32

    static let term = SignalName(number: SIGTERM)

    private init(number: Int32) {
        self.number = number
    }

    /// Nil where there is no such signal. 0 is one: it only asks whether the process is there (Man: kill(2)).
    init?(argument: String) {
        if let number = Int32(argument) {
            guard (0...Self.lastRealTime).contains(number) else { return nil }
            self.number = number
            return
        }
        var name = argument.uppercased()[...]
        if name.hasPrefix("SIG") { name = name.dropFirst(3) }
        guard let number = Self.numbers[String(name)] ?? Self.realTimeNumber(name) else { return nil }
        self.number = number
    }

    var defaultValueDescription: String { "SIGTERM" }

    // glibc keeps the kernel's first two for itself, and what a container's program calls SIGRTMIN is its C library's.
    private static let firstRealTime: Int32 = 34
    private static let lastRealTime: Int32 = 64

    /// `RTMIN`, `RTMIN+n`, `RTMAX`, `RTMAX-n`.
    private static func realTimeNumber(_ name: Substring) -> Int32? {
        let base: Int32
        if name.hasPrefix("RTMIN") {
            base = firstRealTime
        } else if name.hasPrefix("RTMAX") {
            base = lastRealTime
        } else {
            return nil
        }
        let offsetText = name.dropFirst(5)
        if offsetText.isEmpty { return base }
        guard offsetText.first == (base == firstRealTime ? "+" : "-"), let offset = Int32(offsetText) else { return nil }
        let number = base + offset
        return (firstRealTime...lastRealTime).contains(number) ? number : nil
    }

    /// Man: signal(7).
    private static let numbers: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "TRAP": SIGTRAP, "ABRT": SIGABRT, "IOT": SIGABRT,
        "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "USR1": SIGUSR1, "SEGV": SIGSEGV, "USR2": SIGUSR2, "PIPE": SIGPIPE,
        "ALRM": SIGALRM, "TERM": SIGTERM, "STKFLT": SIGSTKFLT, "CHLD": SIGCHLD, "CLD": SIGCHLD, "CONT": SIGCONT,
        "STOP": SIGSTOP, "TSTP": SIGTSTP, "TTIN": SIGTTIN, "TTOU": SIGTTOU, "URG": SIGURG, "XCPU": SIGXCPU, "XFSZ": SIGXFSZ,
        "VTALRM": SIGVTALRM, "PROF": SIGPROF, "WINCH": SIGWINCH, "IO": SIGIO, "POLL": SIGIO, "PWR": SIGPWR, "SYS": SIGSYS,
        "UNUSED": SIGSYS,
    ]
}
