import CLinux
import Glibc
import SystemPackage

/// What the kernel says and changes of a process by its pid.
public enum OtherProcess {
    /// Clock ticks after boot at which the process started: with the pid it names one process for good; nil where
    /// there is none, or only a zombie: one whose first thread alone has ended still runs. Man: proc_pid_stat(5).
    public static func startTime(pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> UInt64? {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try procfs.readRecord("\(pid)/stat") } catch {
            // ESRCH: it went away between the open and the read.
            if error.errno == .noSuchFileOrDirectory || error.errno == .noSuchProcess { return nil }
            throw error
        }
        // The name stands in parentheses and may hold anything: what counts begins after the last one.
        guard let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var fields = bytes[(nameEnd + 1)...].dropFirst()
        guard let state = fields.first, state != UInt8(ascii: "X") else { return nil }
        func number(after count: Int) -> UInt64? {
            for _ in 0..<count {
                guard let space = fields.firstIndex(of: UInt8(ascii: " ")) else { return nil }
                fields = fields[(space + 1)...]
            }
            return UInt64(String(decoding: fields.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
        }
        // The 20th and the 22nd field; the state is the third.
        guard let threads = number(after: 17), state != UInt8(ascii: "Z") || threads > 1 else { return nil }
        return number(after: 2)
    }
}
