import CLinux
import Glibc
import SystemPackage

/// What the kernel says and changes of a process by its pid.
public enum OtherProcess {
    /// Clock ticks after boot at which the process started: with the pid it names one process for good; nil where
    /// there is none, or only a zombie.
    public static func startTime(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> UInt64? {
        try statField(22, pid: pid, procfs)
    }

    /// Whether the process has had an execve since it was cloned.
    public static func hasExecuted(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> Bool {
        let forkedWithoutExec: UInt64 = 0x40  // PF_FORKNOEXEC
        guard let flags = try statField(9, pid: pid, procfs) else { return false }
        return flags & forkedWithoutExec == 0
    }

    /// Counted from 1, and behind the name; nil where there is no process, or only a zombie. Man: proc_pid_stat(5).
    private static func statField(_ number: Int, pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> UInt64? {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try procfs.readRecord("\(pid)/stat") } catch {
            // ESRCH: it went away between the open and the read.
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return nil }
            throw error
        }
        // The name stands in parentheses and may hold anything: what counts begins after the last one.
        guard let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var fields = bytes[(nameEnd + 1)...]
        let zombie = UInt8(ascii: "Z"), dead = UInt8(ascii: "X")
        guard let state = fields.dropFirst().first, state != zombie, state != dead else { return nil }
        // The state is the third.
        for _ in 3...number {
            guard let space = fields.firstIndex(of: UInt8(ascii: " ")) else { return nil }
            fields = fields[(space + 1)...]
        }
        return UInt64(String(decoding: fields.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    }
}
