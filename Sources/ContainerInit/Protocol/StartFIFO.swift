import LinuxKernel
import SystemPackage

/// What init tells `start` over `exec.fifo`: that it goes on, and, where the execve then fails, why.
public enum StartFIFO {
    public static let name = "exec.fifo"

    private static let started: UInt8 = 1

    /// False where who let us go on is gone already: another may come.
    static func tellStarted(_ fifo: borrowing some Descriptor & ~Copyable) throws(KernelError) -> Bool {
        try fifo.writeByteToReader(started)
    }

    static func tell(_ failure: ChildFailure, _ fifo: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try fifo.writeAll(ChildMessage.failure(failure).encoded())
    }

    public enum Outcome: Sendable {
        case started
        case failed(ChildFailure)
        /// Init ended without a word.
        case died
    }

    /// Reads until init's execve, its failure or its death closes the fifo.
    public static func readOutcome(_ fifo: borrowing some Descriptor & ~Copyable) throws(KernelError) -> Outcome {
        let bytes = try fifo.readAll(limitBytes: 1 << 20)
        guard bytes.first == started else { return .died }
        if bytes.count == 1 { return .started }
        guard case .failure(let failure) = ChildMessage(Array(bytes.dropFirst())) else { return .died }
        return .failed(failure)
    }
}
