import Foundation

/// The signals of one line, such as `SigIgn`, of a file /proc/PID/status. Man: proc_pid_status(5).
struct SignalMask {
    private let bits: UInt64

    init(_ name: String, in status: String) throws {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
            let digits = line.split(separator: "\t").last, let bits = UInt64(digits, radix: 16)
        else { throw HarnessError("no \(name) in \(status)") }
        self.bits = bits
    }

    func contains(_ signal: Int32) -> Bool { bits >> (signal - 1) & 1 == 1 }
}
