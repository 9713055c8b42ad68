import CHarness
import Foundation

/// A program to start: every one has a time limit, its own session, and files for its output.
///
/// Files, not pipes: a detached container keeps standard error open, and a pipe's reader would wait for it for ever.
struct Command {
    enum Input {
        case null
        case descriptor(Int32)
        case text(String)
    }

    var arguments: [String]
    var environment: [String: String] = [:]
    var input: Input = .null
    /// Handed on as descriptors 3, 4, …
    var descriptors: [Int32] = []
    /// Where standard output goes; nil: a file that becomes `CommandResult.stdout`.
    var output: Int32?
    /// Where standard error goes; nil: a file that becomes `CommandResult.stderr`.
    var errorOutput: Int32?
    /// Standard input is a terminal and becomes the controlling one.
    var controlsTerminal = false
    /// System calls that the program and its children do not have, and the error that answers them.
    var refused: (calls: [Int32], error: Int32)?
    /// What becomes of one system call of the runtime that the arguments start.
    var fault: Fault?
    /// Long, because the machine may be slow: reaching it means a hang.
    var limitSeconds = 90.0

    /// Starts the program, waits for it and returns how it ended. Throws where it hangs or cannot be started.
    func run() throws -> CommandResult {
        try start().wait(limitSeconds: limitSeconds)
    }

    /// Starts the program.
    func start() throws -> RunningCommand {
        let outputs = try TemporaryOutputs()
        defer { outputs.closeDescriptors() }
        let standardInput =
            switch input {
            case .null: open("/dev/null", O_RDONLY | O_CLOEXEC)
            case .descriptor(let descriptor): dup(descriptor)
            case .text(let text): try outputs.openInput(holding: text)
            }
        guard standardInput >= 0 else { throw HarnessError("no standard input for \(arguments.joined(separator: " "))") }
        defer { close(standardInput) }

        let handedOn = [standardInput, output ?? outputs.stdoutDescriptor, errorOutput ?? outputs.stderrDescriptor] + descriptors
        let pid = try Self.spawn(
            arguments, environment: environment, descriptors: handedOn, controlsTerminal: controlsTerminal, refused: refused, fault: fault)
        return RunningCommand(pid: pid, arguments: arguments, outputs: outputs)
    }

    /// Starts a program that lives as long as the tests, whose janitor ends it; returns its pid when it is `ready`.
    func startForGood(until ready: (pid_t) throws -> Bool) throws -> pid_t {
        let running = try start()
        guard try eventually({ try !running.isRunning() || ready(running.pid) }), try running.isRunning() else {
            throw HarnessError("\(arguments.joined(separator: " ")): \(running.stderr)")
        }
        _ = Unmanaged.passRetained(running)
        return running.pid
    }

    /// Starts a program whose descriptors 0, 1, 2, … are the given ones; returns its pid.
    static func spawn(
        _ arguments: [String], environment: [String: String], descriptors: [Int32], controlsTerminal: Bool = false,
        refused: (calls: [Int32], error: Int32)? = nil, fault: Fault? = nil
    ) throws -> pid_t {
        let argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let program = try fault.map { _ in strdup(try RuntimeUnderTest.path) } ?? nil
        defer { (argv + envp + [program]).forEach { free($0) } }
        let pid = (refused?.calls ?? []).withUnsafeBufferPointer { calls in
            var conditions = ch_conditions()
            conditions.terminal = controlsTerminal ? 1 : 0
            (conditions.refused, conditions.refused_count, conditions.refusal) = (calls.baseAddress, Int32(calls.count), refused?.error ?? 0)
            if let fault {
                conditions.program = UnsafePointer(program)
                (conditions.fault_number, conditions.fault, conditions.error) = (fault.number, fault.kind.code, fault.kind.error)
                conditions.messages_only = fault.countsMessagesOnly ? 1 : 0
                (conditions.report, conditions.limit_seconds) = (fault.reportDescriptor, Int32(20 * Machine.slowness))
            }
            return ch_spawn(argv, envp, descriptors, Int32(descriptors.count), &conditions)
        }
        guard pid > 0 else {
            throw HarnessError("cannot start \(arguments.joined(separator: " ")): \(String(cString: strerror(-pid)))")
        }
        return pid
    }
}

/// The files that a command's output goes to; removed with the last reference.
final class TemporaryOutputs {
    let input: String
    let stdout: String
    let stderr: String
    let stdoutDescriptor: Int32
    let stderrDescriptor: Int32

    init() throws {
        let stem = "\(try TestHost.shared.base)/outputs/\(UniqueNumber.next())"
        input = stem + ".in"
        stdout = stem + ".out"
        stderr = stem + ".err"
        stdoutDescriptor = open(stdout, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0o666)
        stderrDescriptor = open(stderr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0o666)
        guard stdoutDescriptor >= 0, stderrDescriptor >= 0 else { throw HarnessError("cannot open \(stem).*") }
    }

    func openInput(holding text: String) throws -> Int32 {
        try text.write(toFile: input, atomically: false, encoding: .utf8)
        return open(input, O_RDONLY | O_CLOEXEC)
    }

    func closeDescriptors() {
        close(stdoutDescriptor)
        close(stderrDescriptor)
    }

    deinit {
        for path in [input, stdout, stderr] { unlink(path) }
    }
}

/// Counts up within the test process.
enum UniqueNumber {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var last = 0

    static func next() -> Int {
        lock.withLock {
            last += 1
            return last
        }
    }
}
