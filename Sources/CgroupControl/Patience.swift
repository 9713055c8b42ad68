import LinuxKernel

/// Pauses that grow, up to a sum.
struct Patience {
    private var leftMilliseconds: Int32
    private var nextMilliseconds: Int32 = 1

    init(milliseconds: Int32) { leftMilliseconds = milliseconds }

    /// False where it has come to its end, and nothing was waited for.
    mutating func pause() throws(KernelError) -> Bool {
        let milliseconds = min(nextMilliseconds, leftMilliseconds)
        guard milliseconds > 0 else { return false }
        try CurrentProcess.sleep(milliseconds: milliseconds)
        leftMilliseconds -= milliseconds
        nextMilliseconds = min(nextMilliseconds * 2, 50)
        return true
    }
}
