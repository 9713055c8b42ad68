import CHarness
import Foundation

/// Both ends of a pseudo terminal; or only the master, which a runtime has sent.
final class PseudoTerminal {
    let master: Int32
    /// -1 where the other end is not ours.
    let slave: Int32
    private var received = ""

    init(columns: UInt16, rows: UInt16) throws {
        var ends: [Int32] = [-1, -1]
        guard ch_open_terminal(&ends, columns, rows) == 0 else { throw HarnessError("no pseudo terminal") }
        master = ends[0]
        slave = ends[1]
        makeNonblocking()
    }

    init(master: Int32) {
        self.master = master
        slave = -1
        makeNonblocking()
    }

    private func makeNonblocking() { _ = fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK) }

    func resize(columns: UInt16, rows: UInt16) { ch_set_terminal_size(master, columns, rows) }

    /// Whether lines and echo are off at the slave.
    var isRaw: Bool { ch_terminal_is_raw(slave) == 1 }

    func type(_ text: String) { _ = text.withCString { write(master, $0, strlen($0)) } }

    /// All that has been written to the terminal so far.
    func output() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(master, &buffer, buffer.count)
            if count <= 0 { break }
            received += String(decoding: buffer[..<count], as: UTF8.self)
        }
        return received.replacing("\r\n", with: "\n")
    }

    /// Waits until the text has appeared.
    func shows(_ text: String) -> Bool { eventually { output().contains(text) } }

    deinit {
        close(master)
        if slave >= 0 { close(slave) }
    }
}

/// A pipe with room for all that it is filled with at once.
final class FilledPipe {
    /// At most a MiB, which an unprivileged user may ask for.
    let bytes: Int
    let readEnd: Int32
    private let writeEnd: Int32

    init(bytes: Int) throws {
        let setPipeSize: Int32 = 1031
        var ends: [Int32] = [-1, -1]
        guard ch_pipe(&ends) == 0, fcntl(ends[1], setPipeSize, 1 << 20) >= bytes else { throw HarnessError("no pipe of \(bytes) bytes") }
        self.bytes = bytes
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    /// Numbers: what is missing or comes twice is seen.
    var text: String { String((1...bytes).lazy.map { "\($0)\n" }.joined().prefix(bytes)) }

    func fill() throws {
        let text = text
        guard text.withCString({ write(writeEnd, $0, bytes) }) == bytes else { throw HarnessError("the pipe does not take \(bytes) bytes") }
    }

    /// How many bytes nobody has read.
    var left: Int {
        var count: Int32 = -1
        _ = ioctl(readEnd, UInt(FIONREAD), &count)
        return Int(count)
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }
}

/// Where a runtime connects to and sends a descriptor: `--console-socket`, `--pidfd-socket`.
final class DescriptorSocket {
    let path: String
    private let listener: Int32

    init(_ bundle: Bundle, _ name: String) throws {
        path = "\(bundle.directory)/\(name)"
        listener = ch_listen(path, 30)
        guard listener >= 0, try chown(path, bundle.identity.hostUID, bundle.identity.hostGID) == 0 else {
            throw HarnessError("cannot listen at \(path): \(String(cString: strerror(-listener)))")
        }
    }

    /// What is sent, and the text that goes with it.
    func receive() throws -> (descriptor: Int32, text: String) {
        var text = [CChar](repeating: 0, count: 4096)
        var length: Int32 = 0
        let descriptor = ch_accept_descriptor(listener, &text, Int32(text.count), &length)
        guard descriptor >= 0 else { throw HarnessError("no descriptor at \(path): \(String(cString: strerror(-descriptor)))") }
        return (descriptor, String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    deinit { close(listener) }
}
