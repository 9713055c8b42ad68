import LinuxKernel

/// A container of our own making, new or restored, whose directory is locked until others may have it.
protocol HeldContainer {
    var prepared: PreparedContainer { get }
    var directory: ContainerDirectory { get }
    var log: RuntimeLog { get }
}

extension HeldContainer {
    func unlock() throws(RuntimeError) {
        do throws(KernelError) { try directory.unlock() } catch { throw RuntimeError("unlocking \(prepared.id.text)", error) }
    }

    /// Ends its first process, whatever it does, and removes all. Somebody else may have deleted the container meanwhile.
    private func destroy() throws(RuntimeError) {
        guard try prepared.store.lock(directory) else { return }
        try Container(directory, procfs: prepared.probe.procfs).destroy(store: prepared.store, log: log)
    }

    /// `destroy` after an error, which is the one that counts; what fails of this is left for `delete`.
    func abandon() { destroy(warningOf: "cleaning up") }

    /// `destroy` after the end of its process, whose exit status is what counts.
    func removeEnded() { destroy(warningOf: "removing the container") }

    private func destroy(warningOf action: String) {
        do throws(RuntimeError) { try destroy() } catch { log.warning("\(action): \(error.line)") }
    }
}
