import Glibc
import SystemPackage

extension ChildProcess {
    /// Does something in a namespace that is not ours: a clone of ours joins it, and ends when it is done.
    ///
    /// Errors: those of joining it and of `body`, as the clone has met them; EINTR where it was killed.
    ///
    /// - Parameter namespace: itself, or a process that is in it, by its pidfd.
    public static func perform(
        in namespace: borrowing some Descriptor & ~Copyable, _ kind: NamespaceKind, _ body: () throws(KernelError) -> Void
    ) throws(KernelError) {
        let told = try Pipe()
        guard let child = try clone(flags: 0) else {
            do throws(KernelError) {
                try CurrentProcess.join(namespace, flags: kind.flag)
                try body()
            } catch {
                do throws(KernelError) { try told.writeEnd.writeAll(error.encoded()) } catch {}
                _exit(1)
            }
            _exit(0)
        }
        told.closeWriteEnd()
        let bytes = try told.readEnd.readAll()
        let termination = try child.wait()
        if let error = KernelError(bytes) { throw error }
        guard termination == .exited(0) else { throw KernelError(.waitid, .interrupted, "\(termination)") }
    }
}

/// Between processes of the same program: the call, errno (4 bytes), then the subject.
extension KernelError {
    private static let headerBytes = 5

    func encoded() -> [UInt8] { [call.code] + withUnsafeBytes(of: errno.rawValue, Array.init) + Array(subject.utf8) }

    /// nil for bytes that are no error.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes else { return nil }
        let errno = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 1, as: Int32.self) }
        self.init(KernelCall(code: bytes[0]), Errno(rawValue: errno), String(decoding: bytes[Self.headerBytes...], as: UTF8.self))
    }
}
