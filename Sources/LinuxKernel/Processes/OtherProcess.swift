import CLinux
import Glibc
import SystemPackage

/// What the kernel says and changes of a process by its pid.
public enum OtherProcess {
    /// Clock ticks after boot at which the process started: with the pid it names one process for good; nil where
    /// there is none, or only a zombie.
    public static func startTime(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> UInt64? {
        try stat(pid: pid, procfs)?.startTime
    }

    /// Whether the process has had an execve since it was cloned.
    public static func hasExecuted(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> Bool {
        let forkedWithoutExec: UInt64 = 0x40  // PF_FORKNOEXEC
        guard let flags = try stat(pid: pid, procfs)?.flags else { return false }
        return flags & forkedWithoutExec == 0
    }

    /// nil where there is no process, or only a zombie: one whose first thread alone has ended still runs. Man: proc_pid_stat(5).
    private static func stat(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> (flags: UInt64, startTime: UInt64)? {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try procfs.readRecord("\(pid)/stat") } catch {
            // ESRCH: it went away between the open and the read.
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return nil }
            throw error
        }
        // The name stands in parentheses and may hold anything: what counts begins after the last one, with the third field.
        guard let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        func number(_ field: Int) -> UInt64? { UInt64(String(decoding: fields[field - 3], as: UTF8.self)) }
        guard fields.count > 20, let state = fields[0].first, state != UInt8(ascii: "X"),
            let flags = number(9), let threads = number(20), let startTime = number(22)
        else { return nil }
        return state == UInt8(ascii: "Z") && threads < 2 ? nil : (flags, startTime)
    }
}
