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
        let bytes = Array(text.utf8)
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
        guard fields.count > 19, let state = fields[0].first, state != UInt8(ascii: "Z"), state != UInt8(ascii: "X") else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}
