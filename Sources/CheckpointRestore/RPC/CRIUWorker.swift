import Glibc
import LinuxKernel
import SystemPackage

/// One `criu swrk`: a process that works off one request, which comes over a socket that it inherits.
public final class CRIUWorker {
    /// The number of the socket in the worker; what is inherited besides follows it.
    private static let socketNumber: Int32 = 3
    public static let firstInherited = socketNumber + 1

    private let process: ChildProcess
    private let socket: MessageSocket
    /// What it prints before it has a log.
    private let errors: SharedDescriptor

    public var pid: Int32 { process.pid }

    /// The worker's standard descriptors.
    public enum Streams: Sendable {
        /// Empty input; what it prints is kept for the error.
        case own
        /// Ours: a restored process inherits them.
        case inherited
    }

    /// Starts one.
    ///
    /// - Parameters:
    ///   - inherited: become descriptors `firstInherited` and on.
    ///   - environment: CRIU starts programs of its own: tar, ip, iptables.
    ///   - root: mounted on itself, in a mount namespace of the worker's own: CRIU restores only below a mount point, and the
    ///     host keeps nothing of it.
    public init(
        _ path: String, environment: [String], streams: Streams, inherited: [SharedDescriptor] = [], root: String? = nil
    ) throws(CRIUError) {
        do throws(KernelError) {
            let count = Self.firstInherited + Int32(inherited.count)
            let pair = try MessageSocket.pair()
            let ours = MessageSocket(owning: OwnedDescriptor(owning: pair.0))
            let theirs = SharedDescriptor(OwnedDescriptor(owning: pair.1))
            let errors = SharedDescriptor(try MemoryFile.create("criu's errors"))
            var sources = [theirs] + inherited
            if streams == .own {
                let null = SharedDescriptor(try FileDescriptor.currentDirectory.open("/dev/null", .readWrite))
                sources = [null, null, errors] + sources
            }
            // Out of the way of the numbers that they get.
            var copies: [SharedDescriptor] = []
            for source in sources { copies.append(SharedDescriptor(try source.duplicate(from: count))) }
            let numbers = (streams == .own ? [] : [0, 1, 2]) + copies.map(\.rawValue)
            process = try withExtendedLifetime(copies) { () throws(KernelError) in
                let arguments = [path, "swrk", "\(Self.socketNumber)"]
                guard let root else {
                    return try ChildProcess.spawn(path, arguments: arguments, environment: environment, descriptors: numbers)
                }
                return try Self.start(path, CStringArray(arguments), CStringArray(environment), numbers, mounting: root)
            }
            socket = ours
            self.errors = errors
        } catch { throw CRIUError("starting \(path)", error) }
    }

    private static func start(
        _ path: String, _ arguments: CStringArray, _ environment: CStringArray, _ descriptors: [Int32], mounting root: String
    ) throws(KernelError) -> ChildProcess {
        let copy = try Mounts.copy(of: root, recursive: true)
        let target = try FileDescriptor.currentDirectory.open(root, [.path, .directory])
        let slash = try FileDescriptor.currentDirectory.open("/", [.path, .directory])
        let failure = try Pipe()
        guard let child = try ChildProcess.clone(flags: NamespaceKind.mount.flag) else {
            do throws(KernelError) {
                try SignalQueue.restoreDefaults()
                try Mounts.setPropagation(slash, .slave, recursive: true)
                try Mounts.attach(copy, on: target)
                let report = try failure.writeEnd.duplicate(from: Int32(descriptors.count))
                for (number, descriptor) in descriptors.enumerated() {
                    try FileDescriptor(rawValue: descriptor).duplicate(onto: Int32(number))
                }
                try CurrentProcess.closeOnExec(from: Int32(descriptors.count))
                let error = KernelError(.execve, Execute.path(path, arguments, environment), path)
                try report.writeAll([error.call.code, UInt8(truncatingIfNeeded: error.errno.rawValue)])
            } catch {}
            _exit(1)
        }
        failure.closeWriteEnd()
        // Closed by the execve, or told why there was none.
        let told = try failure.readEnd.readAll()
        if told.count == 2 { throw KernelError(KernelCall(code: told[0]), Errno(rawValue: Int32(told[1])), path) }
        return child
    }

    // MARK: the conversation

    /// Sends a request and returns CRIU's answer. An answer that is no success, or none, is an error with CRIU's last words.
    ///
    /// - Parameters:
    ///   - log: where the request has CRIU write its log.
    ///   - notified: acts on a notification; false lets CRIU give up and undo what it did.
    public func perform(
        _ request: CRIURequest, log: CRIULog? = nil, notified: (CRIUNotification) -> Bool = { _ in true }
    ) throws(CRIUError) -> CRIUResponse {
        let doing = "CRIU could not \(request.kind.verb)"
        do throws(KernelError) { try socket.send(request.encoded()) } catch {
            throw CRIUError(doing, cause: lastWords(log, "it ended before it was asked: \(try ending())"))
        }
        while true {
            let received: MessageSocket.Received?
            do throws(KernelError) { received = try socket.receive(roomBytes: 64 << 10) } catch { throw CRIUError(doing, error) }
            guard var received else { throw CRIUError(doing, cause: lastWords(log, "it ended without an answer: \(try ending())")) }
            guard let response = CRIUResponse(decoding: received.bytes) else {
                try end()
                throw CRIUError(doing, cause: lastWords(log, "its answer is not understood"))
            }
            if response.isNotification {
                let success = notified(CRIUNotification(response, descriptor: received.takeDescriptor()))
                do throws(KernelError) { try socket.send(CRIURequest.acknowledgement(success: success)) } catch {
                    throw CRIUError(doing, cause: lastWords(log, "it ended on the way: \(try ending())"))
                }
                continue
            }
            guard response.answers(request.kind) else {
                try end()
                throw CRIUError(doing, cause: lastWords(log, "its answer is to another question"))
            }
            guard response.succeeded else {
                _ = try ending()
                throw CRIUError(doing, cause: lastWords(log, response.reason))
            }
            return response
        }
    }

    /// Reaps the worker, which ends by itself when its work is done.
    public func wait() throws(CRIUError) { _ = try ending() }

    /// A worker that talks nonsense is not waited for.
    private func end() throws(CRIUError) {
        do throws(KernelError) { try process.signal(SIGKILL) } catch {
            guard error.errno == .noSuchProcess else { throw CRIUError("ending CRIU", error) }
        }
        _ = try ending()
    }

    private func ending() throws(CRIUError) -> String {
        do throws(KernelError) {
            switch try process.wait() {
            case .exited(let status): return "exit status \(status)"
            case .signaled(let signal): return "killed by signal \(signal)"
            }
        } catch { throw CRIUError("waiting for CRIU", error) }
    }

    /// The log's, else what it printed, else `otherwise`; and where to read more.
    private func lastWords(_ log: CRIULog?, _ otherwise: String) -> String {
        if let log, let excerpt = log.excerpt { return "\(otherwise): \(excerpt) (its log: \(log.path))" }
        do throws(KernelError) {
            if let printed = CRIULog.excerpt(of: String(decoding: try errors.readEnd(64 << 10), as: UTF8.self)) { return "\(otherwise): \(printed)" }
        } catch {}
        return otherwise
    }
}
