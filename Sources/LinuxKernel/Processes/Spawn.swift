import CLinux
import Glibc
import SystemPackage

/// A program run to its end beside us: hooks, newuidmap, getent.
public struct Spawn {
    public var path: String
    /// From argv[0] on.
    public var arguments: [String]
    public var environment: [String]
    /// Written to its standard input, which then ends.
    public var input: String
    public var timeoutMilliseconds: Int32?
    /// Where it starts; nil for where we are.
    public var directory: SharedDescriptor?
    /// At most so much is kept of each stream that it prints.
    public var keptBytes = 64 << 10

    public init(_ path: String, arguments: [String], environment: [String], input: String = "", timeoutMilliseconds: Int32? = nil) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    public struct Outcome: Sendable, Equatable {
        public let termination: Termination
        public let timedOut: Bool
        public let output: String
        public let errors: String

        public var succeeded: Bool { !timedOut && termination == .exited(0) }
    }

    /// Runs it. Its standard descriptors are pipes of ours; nothing else is inherited. A program that does not end in
    /// time is killed, with all of its process group, as is one that we cannot listen to. One that leaves a process behind holding
    /// its output does not keep us: its own end is what counts.
    public func run() throws(KernelError) -> Outcome {
        let stdin = try Pipe(), stdout = try Pipe(), stderr = try Pipe()
        let child = try start(stdin: stdin.readEnd, stdout: stdout.writeEnd, stderr: stderr.writeEnd)
        stdin.closeReadEnd()
        stdout.closeWriteEnd()
        stderr.closeWriteEnd()
        let heard: (timedOut: Bool, output: [UInt8], errors: [UInt8])
        do throws(KernelError) { heard = try exchange(with: child, stdin, stdout, stderr) } catch {
            try child.killGroup()
            _ = try child.wait()
            throw error
        }
        // Where this fails nobody is killed: it may have been reaped, and its number be another's.
        let termination = try child.wait()
        return Outcome(
            termination: termination, timedOut: heard.timedOut, output: String(decoding: heard.output, as: UTF8.self),
            errors: String(decoding: heard.errors, as: UTF8.self))
    }

    /// Returns when it has ended, or was killed for the time it took; it has not been reaped.
    private func exchange(
        with child: borrowing ChildProcess, _ stdin: Pipe, _ stdout: Pipe, _ stderr: Pipe
    ) throws(KernelError) -> (timedOut: Bool, output: [UInt8], errors: [UInt8]) {
        for end in [stdin.writeEnd, stdout.readEnd, stderr.readEnd] { try end.setBlocking(false) }
        var rest = Array(input.utf8)[...]
        var output: [UInt8] = [], errors: [UInt8] = []
        let deadline = timeoutMilliseconds.map { Deadline(milliseconds: $0) }
        var timedOut = false
        if rest.isEmpty { stdin.closeWriteEnd() }
        while true {
            let ready = try Readiness.wait(
                for: [(child.pidfd, .readable), (stdin.writeEnd, .writable), (stdout.readEnd, .readable), (stderr.readEnd, .readable)], until: deadline)
            // Also where a stream is ready each time.
            if !ready[0], let deadline, deadline.hasPassed {
                timedOut = true
                try child.killGroup()
                break
            }
            if ready[1] { Self.feed(stdin, &rest) }
            if ready[2], try !drain(stdout.readEnd, &output) { stdout.closeReadEnd() }
            if ready[3], try !drain(stderr.readEnd, &errors) { stderr.closeReadEnd() }
            if ready[0] { break }
        }
        _ = try drain(stdout.readEnd, &output)
        _ = try drain(stderr.readEnd, &errors)
        return (timedOut, output, errors)
    }

    private func start(stdin: FileDescriptor, stdout: FileDescriptor, stderr: FileDescriptor) throws(KernelError) -> ChildProcess {
        try ChildProcess.spawn(
            path, arguments: arguments, environment: environment, descriptors: [stdin.rawValue, stdout.rawValue, stderr.rawValue],
            directory: directory)
    }

    /// A reader that went away (EPIPE) is no error: not every hook reads its input.
    private static func feed(_ pipe: Pipe, _ rest: inout ArraySlice<UInt8>) {
        let written = rest.withUnsafeBytes { cl_write_no_signal(pipe.writeEnd.rawValue, $0.baseAddress, $0.count) }
        if written > 0 { rest = rest.dropFirst(written) }
        if rest.isEmpty || (written < 0 && written != -Int(EAGAIN) && written != -Int(EINTR)) { pipe.closeWriteEnd() }
    }

    /// False where the stream has ended. Takes no more than a pipe holds: one that is written to without end must not keep
    /// us from the clock and from the program's own end.
    private func drain(_ end: FileDescriptor, _ kept: inout [UInt8]) throws(KernelError) -> Bool {
        guard end.rawValue >= 0 else { return false }
        for _ in 0..<16 {
            let chunk: [UInt8]
            do throws(KernelError) { chunk = try end.readSome(atMostBytes: 4096) } catch {
                if error.errno == .resourceTemporarilyUnavailable { return true }
                throw error
            }
            if chunk.isEmpty { return false }
            kept.append(contentsOf: chunk.prefix(max(0, keptBytes - kept.count)))
        }
        return true
    }
}

/// A NULL-terminated array of C strings, as execve(2) takes it, made before the moment in which nothing may allocate.
public final class CStringArray {
    public let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    public init(_ strings: [String]) {
        count = strings.count
        pointer = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { pointer[index] = strdup(string) }
        pointer[count] = nil
    }

    deinit {
        for index in 0..<count { free(pointer[index]) }
        pointer.deallocate()
    }
}
