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
    public init(_ path: String, environment: [String], streams: Streams, inherited: [SharedDescriptor] = []) throws(CRIUError) {
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
                try ChildProcess.spawn(path, arguments: [path, "swrk", "\(Self.socketNumber)"], environment: environment, descriptors: numbers)
            }
            socket = ours
            self.errors = errors
        } catch { throw CRIUError("starting \(path)", error) }
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
        // An earlier run's words are none of this one's.
        log?.remove()
        do throws(KernelError) { try socket.send(request.encoded()) } catch {
            throw CRIUError(doing, cause: lastWords(log, "it ended before it was asked: \(try ending())"))
        }
        while true {
            let received: MessageSocket.Received?
            do throws(KernelError) { received = try receive() } catch {
                try end()
                throw CRIUError(doing, error)
            }
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
                throw CRIUError(doing, cause: lastWords(log, response.reason, response.message))
            }
            return response
        }
    }

    /// nil where it has ended, be it that a child of its still has the socket.
    private func receive() throws(KernelError) -> MessageSocket.Received? {
        try socket.descriptor.waitUntilReadable(or: process.pidfd) ? try socket.receive(roomBytes: 64 << 10) : nil
    }

    // MARK: the end

    /// How long the kernel may take to end processes that were killed.
    private static let patienceMilliseconds: Int32 = 5000

    /// Reaps the worker, which ends by itself when its work is done.
    public func wait() throws(CRIUError) {
        do throws(KernelError) { _ = try process.wait() } catch { throw CRIUError("waiting for CRIU", error) }
    }

    /// A worker that talks nonsense is not waited for.
    private func end() throws(CRIUError) {
        do throws(KernelError) { try process.signal(SIGKILL) } catch {
            guard error.errno == .noSuchProcess else { throw CRIUError("ending CRIU", error) }
        }
        _ = try ending()
    }

    /// How it has ended without success. A program that it had started, iptables say, would go on behind our back: it is
    /// killed, and gone when this returns.
    private func ending() throws(CRIUError) -> Termination {
        do throws(KernelError) {
            try process.waitUntilGone()
            try process.killGroup()
            let termination = try process.wait()
            guard try process.waitUntilGroupIsGone(until: Deadline(milliseconds: Self.patienceMilliseconds)) else {
                throw KernelError(.kill, .timedOut, "what it had started does not end")
            }
            return termination
        } catch { throw CRIUError("waiting for CRIU", error) }
    }

    /// For another process than the one that talks to it, and has died: returns when there is no CRIU any more. It notices
    /// itself that nobody answers, and undoes what it did, unless it waits for somebody else.
    public func outlive(graceMilliseconds: Int32) throws(CRIUError) {
        close(socket.descriptor.rawValue)
        do throws(KernelError) {
            if try !process.waitUntilGone(until: Deadline(milliseconds: graceMilliseconds)) { try process.killGroup() }
            _ = try process.waitUntilGroupIsGone(until: Deadline(milliseconds: Self.patienceMilliseconds))
        } catch { throw CRIUError("ending CRIU", error) }
    }

    /// The log's, else what it told or printed, else `otherwise`; and where to read more.
    private func lastWords(_ log: CRIULog?, _ otherwise: String, _ told: String? = nil) -> String {
        if let log, let excerpt = log.excerpt { return "\(otherwise): \(excerpt) (its log: \(log.path))" }
        if let told, !told.isEmpty { return "\(otherwise): \(told)" }
        do throws(KernelError) {
            if let printed = CRIULog.excerpt(of: String(decoding: try errors.readEnd(64 << 10), as: UTF8.self)) { return "\(otherwise): \(printed)" }
        } catch {}
        return otherwise
    }
}
