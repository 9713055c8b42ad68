import Foundation

/// A started program that has not been waited for.
final class RunningCommand {
    let pid: pid_t
    let arguments: [String]
    private let outputs: TemporaryOutputs
    private var status: Int32?

    init(pid: pid_t, arguments: [String], outputs: TemporaryOutputs) {
        self.pid = pid
        self.arguments = arguments
        self.outputs = outputs
    }

    /// What it has written so far.
    var stdout: String { Self.contents(of: outputs.stdout) }
    var stderr: String { Self.contents(of: outputs.stderr) }

    private static func contents(of path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) {
        if status == nil { kill(pid, number) }
    }

    /// Whether it still runs; reaps it where it has ended.
    func isRunning() throws -> Bool {
        if status != nil { return false }
        var word: Int32 = 0
        let answer = waitpid(pid, &word, WNOHANG)
        if answer == 0 { return true }
        guard answer == pid else { throw HarnessError("waitpid(\(pid)): \(String(cString: strerror(errno)))") }
        status = word & 0x7f == 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f)
        return false
    }

    /// Waits until it sleeps and goes on to sleep; false where it works all the time, or ends.
    func fallsAsleep() throws -> Bool {
        var asleep = 0
        _ = try eventually {
            guard try isRunning() else { return true }
            asleep = processState(pid) == "S" ? asleep + 1 : 0
            return asleep == 20
        }
        return asleep == 20
    }

    /// How it ended. Where it does not end in time its whole process group is killed and this throws, with its output.
    func wait(limitSeconds: Double = 90) throws -> CommandResult {
        if try !eventually(withinSeconds: limitSeconds, { try !isRunning() }) {
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            _ = try eventually(withinSeconds: 10) { try !isRunning() }
            throw HarnessError("no end within \(limitSeconds) s: \(result(status: 128 + SIGKILL))")
        }
        return result(status: status ?? -1)
    }

    private func result(status: Int32) -> CommandResult {
        CommandResult(arguments: arguments, status: status, stdout: stdout, stderr: stderr)
    }

    deinit {
        // A test that threw before it waited: nothing may stay behind.
        if status == nil {
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            var word: Int32 = 0
            waitpid(pid, &word, 0)
        }
    }
}

/// Whether a process is no more, or only waits to be reaped by its parent.
func hasEnded(_ pid: pid_t) -> Bool { [nil, "Z"].contains(processState(pid)) }

/// nil where there is none of that number. Man: proc_pid_stat(5).
private func processState(_ pid: pid_t) -> Character? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let end = stat.lastIndex(of: ")") else { return nil }
    return stat[end...].dropFirst(2).first
}

/// Asks again and again until `condition` holds; false where the time is over. On a slow machine all times are longer.
func eventually(withinSeconds seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds * Machine.slowness)
    var pauseMicroseconds: UInt32 = 500
    while true {
        if try condition() { return true }
        if Date() > end { return false }
        usleep(pauseMicroseconds)
        pauseMicroseconds = min(pauseMicroseconds * 2, 20_000)
    }
}
