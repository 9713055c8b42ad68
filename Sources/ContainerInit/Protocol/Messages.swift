import LinuxKernel
import SystemPackage

// The conversation between the runtime (parent) and init, over one SEQPACKET socket.
//
//   parent                         intermediate (only on that route)        init
//     | clone ------------------------> |                                     |
//     |                     joins namespaces, unshares the user namespace     |
//     | <--------------- awaitingMap -- |                  (new user namespace)
//     | maps ids; mapped -------------> |                                     |
//     |                     time offsets; clone with CLONE_PARENT ----------> |
//     | <-- initProcess(pid), pidfd --- | exits                               |
//     |                                                                       |
//     | direct route: clone; maps ids ----------------------------------------|
//     | cgroup, oom_score_adj                                                 |
//     | proceed ------------------------------------------------------------> |
//     |                                              first steps, mounts, /dev |
//     | <------------------------------------------------- runtimeHooksDue -- |  (such hooks present)
//     | runs them; hooksDone -----------------------------------------------> |
//     |                          createContainer hooks, terminal, root, masks |
//     | <------------------------------------------- terminal, descriptor --- |  (terminal wanted)
//     | <-------------------------------- seccompListener, descriptor -------- |  (SCMP_ACT_NOTIFY wanted)
//     | hands it to the agent                                                 |
//     | <------------------------------------------------------------ ready - |
//     | rlimits, state.json; release ---------------------------------------> |
//     |                        create: closes the socket, waits for the fifo  |
//     |                        run, exec: goes on                             |
//     |      privileges, startContainer hooks; execve closes socket or fifo   |
//     | <-- failure, at any moment, instead of any of these ----------------- |
//
// Until `release` the end of the stream is the other's death: init then ends. After a failure init exits.

/// From init, or the process in between.
public enum ChildMessage: Sendable {
    case awaitingMap
    /// With init's pidfd. The number is in the parent's PID namespace.
    case initProcess(pid: Int32)
    case runtimeHooksDue
    /// With the controlling side of the pseudoterminal.
    case terminal
    /// With the descriptor over which the agent answers.
    case seccompListener
    case ready
    case failure(ChildFailure)
}

/// From the runtime.
public enum ParentMessage: UInt8, Sendable {
    case mapped = 1, proceed, hooksDone, release
}

/// Where and why a child failed: numbers and what the kernel was asked about; the parent finds the words.
public struct ChildFailure: Error, Sendable, Equatable {
    public enum Place: Sendable, Equatable {
        /// In the process in between: joining, unsharing, cloning.
        case intermediate
        /// In the step of the plan with this number.
        case step(Int)
        /// In the last stage.
        case process(ProcessAction)
    }

    public let place: Place
    public let call: KernelCall
    public let errno: Errno
    /// What the call was made on; for a hook what it printed.
    public let subject: String

    public init(_ place: Place, _ error: KernelError) {
        self.place = place
        call = error.call
        errno = error.errno
        subject = error.subject
    }
}

/// What the last stage consists of.
public enum ProcessAction: UInt8, Sendable, CaseIterable {
    case becomeSetupUser = 1, openTerminal, changeDirectory, findExecutable, standardDescriptors, waitForStart, startHook, resourceLimits
    case securityLabel, seccomp, capabilities, groups, user, closeDescriptors, execute
    case affinity, memoryPolicy, personality, enterRoot, joinSessionKeyring
}

/// Encoded as: kind, place, number (2 bytes), call, 3 unused, pid or errno (4 bytes), then the subject.
extension ChildMessage {
    static let roomBytes = 65536
    private static let headerBytes = 12

    func encoded() -> [UInt8] {
        switch self {
        case .awaitingMap: Self.header(kind: 1)
        case .initProcess(let pid): Self.header(kind: 2, value: pid)
        case .runtimeHooksDue: Self.header(kind: 3)
        case .terminal: Self.header(kind: 4)
        case .ready: Self.header(kind: 5)
        case .seccompListener: Self.header(kind: 7)
        case .failure(let failure):
            Self.header(kind: 6, place: failure.place, call: failure.call, value: failure.errno.rawValue)
                + Array(failure.subject.utf8.prefix(Self.roomBytes - Self.headerBytes))
        }
    }

    private static func header(kind: UInt8, place: ChildFailure.Place? = nil, call: KernelCall = .unknown, value: Int32 = 0) -> [UInt8] {
        let (placeKind, number): (UInt8, UInt16) =
            switch place {
            case nil: (0, 0)
            case .intermediate?: (1, 0)
            case .step(let index)?: (2, UInt16(clamping: index))
            case .process(let action)?: (3, UInt16(action.rawValue))
            }
        return [kind, placeKind, UInt8(number >> 8), UInt8(number & 0xFF), call.code, 0, 0, 0]
            + withUnsafeBytes(of: value.bigEndian, Array.init)
    }

    /// nil for bytes that are no message.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes else { return nil }
        let number = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        let value = bytes[8..<12].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        switch bytes[0] {
        case 1: self = .awaitingMap
        case 2: self = .initProcess(pid: Int32(bitPattern: value))
        case 3: self = .runtimeHooksDue
        case 4: self = .terminal
        case 5: self = .ready
        case 7: self = .seccompListener
        case 6:
            let place: ChildFailure.Place
            switch bytes[1] {
            case 1: place = .intermediate
            case 2: place = .step(Int(number))
            case 3:
                guard let action = ProcessAction(rawValue: bytes[3]) else { return nil }
                place = .process(action)
            default: return nil
            }
            let error = KernelError(
                KernelCall(code: bytes[4]), Errno(rawValue: Int32(bitPattern: value)),
                String(decoding: bytes[Self.headerBytes...], as: UTF8.self))
            self = .failure(ChildFailure(place, error))
        default: return nil
        }
    }
}
