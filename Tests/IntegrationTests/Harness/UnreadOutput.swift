import CHarness
import Foundation

/// A standard output that takes little, and that nobody reads before the test does.
final class UnreadOutput {
    enum Kind: CaseIterable {
        case pipe, nonBlockingPipe, socket, nonBlockingSocket, terminal
    }

    let writeEnd: Int32
    private let readEnd: Int32
    private var received = ""
    /// As lines of numbers: more than it takes, and what is over fits into the terminal of a container.
    let numbers: ClosedRange<Int>

    init(_ kind: Kind) throws {
        let setPipeSize: Int32 = 1031
        var ends: [Int32] = [-1, -1], room: Int32 = 4096
        let made =
            switch kind {
            case .pipe, .nonBlockingPipe: ch_pipe(&ends) == 0 && fcntl(ends[1], setPipeSize, room) == room
            case .socket, .nonBlockingSocket:
                socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0
                    && setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size)) == 0
            case .terminal: ch_open_terminal(&ends, 80, 24) == 0
            }
        guard made else { throw HarnessError("no \(kind)") }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        Self.makeNonBlocking(readEnd)
        if kind == .nonBlockingPipe || kind == .nonBlockingSocket { Self.makeNonBlocking(writeEnd) }
        numbers =
            switch kind {
            case .pipe, .nonBlockingPipe: 1...2500
            case .socket, .nonBlockingSocket: 1...3000
            case .terminal: 1...4500
            }
    }

    private static func makeNonBlocking(_ end: Int32) { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }

    /// Whether who writes waits each time, as it was made.
    var blocks: Bool { fcntl(writeEnd, F_GETFL) & O_NONBLOCK == 0 }

    /// Reads what is there; returns all that has come so far.
    func text() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(readEnd, &buffer, buffer.count), count > 0 { received += String(decoding: buffer[..<count], as: UTF8.self) }
        return received.replacing("\r\n", with: "\n")
    }

    /// Reads for as long as the program runs, and what it leaves; returns how it ended.
    func readAll(of running: RunningCommand) throws -> CommandResult {
        _ = try eventually(withinSeconds: 60) {
            _ = text()
            return try !running.isRunning()
        }
        return try running.wait(limitSeconds: 1)
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }
}
