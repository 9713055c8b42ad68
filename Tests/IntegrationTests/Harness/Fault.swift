import CHarness
import Foundation

/// What happens at one system call of the runtime or of its clones.
final class Fault {
    enum Kind: Hashable, CustomStringConvertible {
        /// The call is not made, and answered with this errno.
        case error(Int32)
        /// The runtime is killed after the call.
        case killsRuntime
        /// Whoever made it is killed after the call: the runtime, or its clone.
        case killsCaller

        var description: String {
            switch self {
            case .error(let error): String(cString: strerror(error))
            case .killsRuntime: "the runtime is killed after it"
            case .killsCaller: "its caller is killed after it"
            }
        }

        var error: Int32 { if case .error(let error) = self { error } else { 0 } }

        var code: ch_fault {
            switch self {
            case .error: CH_FAIL
            case .killsRuntime: CH_KILL_PROGRAM
            case .killsCaller: CH_KILL_CALLER
            }
        }
    }

    /// Counted from 1 over all of them; 0: none.
    let number: UInt32
    let kind: Kind
    /// Of all system calls, those that make a process, and that send or receive a message.
    let countsMessagesOnly: Bool
    private let file: UnsafeMutablePointer<FILE>

    var reportDescriptor: Int32 { fileno(file) }

    init(_ number: UInt32, _ kind: Kind, ofMessages: Bool = false) throws {
        self.number = number
        self.kind = kind
        countsMessagesOnly = ofMessages
        guard let file = tmpfile() else { throw HarnessError("no file for a report") }
        self.file = file
    }

    deinit { fclose(file) }

    /// Once the command has ended.
    func report() throws -> ch_fault_report {
        var report = ch_fault_report()
        guard pread(reportDescriptor, &report, MemoryLayout<ch_fault_report>.size, 0) == MemoryLayout<ch_fault_report>.size else {
            throw HarnessError("the tracer has reported nothing")
        }
        return report
    }
}
