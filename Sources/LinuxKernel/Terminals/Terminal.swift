import CLinux
import Glibc
import SystemPackage

/// A window's size in characters.
public struct WindowSize: Sendable, Equatable {
    public var rows: UInt16
    public var columns: UInt16

    public init(rows: UInt16, columns: UInt16) {
        self.rows = rows
        self.columns = columns
    }
}

/// Terminals and pseudoterminals by descriptor. Man: ioctl_tty(2), pty(7).
public enum Terminal {
    public static func isTerminal(_ descriptor: borrowing some Descriptor & ~Copyable) -> Bool { isatty(descriptor.rawValue) == 1 }

    /// The other side of a pseudoterminal, by descriptor and not by its path. Linux 4.13.
    public static func peer(of controller: borrowing some Descriptor & ~Copyable) throws(KernelError) -> OwnedDescriptor {
        try check(.ioctl, cl_terminal_unlock(controller.rawValue), "TIOCSPTLCK")
        let flags = O_RDWR | cl_O_NOCTTY | cl_O_CLOEXEC
        return OwnedDescriptor(owning: try check(.ioctl, cl_terminal_peer(controller.rawValue, flags), "TIOCGPTPEER"))
    }

    public static func size(of terminal: borrowing some Descriptor & ~Copyable) throws(KernelError) -> WindowSize {
        var size = cl_window_size()
        try check(.ioctl, cl_terminal_get_size(terminal.rawValue, &size), "TIOCGWINSZ")
        return WindowSize(rows: size.rows, columns: size.columns)
    }

    public static func setSize(of terminal: borrowing some Descriptor & ~Copyable, _ size: WindowSize) throws(KernelError) {
        var raw = cl_window_size(rows: size.rows, columns: size.columns, x_pixels: 0, y_pixels: 0)
        try check(.ioctl, cl_terminal_set_size(terminal.rawValue, &raw), "TIOCSWINSZ")
    }

    /// Makes it the controlling terminal of the session that this process leads.
    public static func makeControlling(_ terminal: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try check(.ioctl, cl_terminal_set_controlling(terminal.rawValue), "TIOCSCTTY")
    }

    /// Output is passed on as it is: the person's own terminal adds the carriage returns, and a file gets none.
    public static func passOutputThrough(_ controller: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        var settings = try settings(of: controller)
        settings.c_oflag &= ~tcflag_t(ONLCR)
        try apply(settings, to: controller)
    }

    static func settings(of terminal: borrowing some Descriptor & ~Copyable) throws(KernelError) -> termios {
        var settings = termios()
        try checkErrno(.ioctl, tcgetattr(terminal.rawValue, &settings), "TCGETS")
        return settings
    }

    static func apply(_ settings: termios, to terminal: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        var settings = settings
        try checkErrno(.ioctl, tcsetattr(terminal.rawValue, TCSANOW, &settings), "TCSETS")
    }
}

/// A person's terminal in raw mode for as long as this value lives.
public struct RawTerminal: ~Copyable {
    private let terminal: FileDescriptor
    private let before: termios

    public init(_ terminal: FileDescriptor) throws(KernelError) {
        let before = try Terminal.settings(of: terminal)
        var raw = before
        cfmakeraw(&raw)
        // What the container prints passes through as it is: the carriage returns are this terminal's business.
        raw.c_oflag |= tcflag_t(OPOST)
        try Terminal.apply(raw, to: terminal)
        self.terminal = terminal
        self.before = before
    }

    deinit {
        var before = self.before
        tcsetattr(terminal.rawValue, TCSANOW, &before)
    }
}
