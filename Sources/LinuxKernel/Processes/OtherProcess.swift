import CLinux
import Glibc
import SystemPackage

/// What the kernel says and changes of a process by its pid.
public enum OtherProcess {
    /// Clock ticks after boot at which the process started: with the pid it names one process for good; nil where
    /// there is none, or only a zombie. Man: proc_pid_stat(5).
    public static func startTime(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> UInt64? {
        let text: String
        do throws(KernelError) { text = try procfs.read("\(pid)/stat") } catch {
            // ESRCH: it went away between the open and the read.
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return nil }
            throw error
        }
        // The name stands in parentheses and may hold anything: what counts begins after the last one.
        guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.utf8.index(after: end)...].parts(at: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }
}
