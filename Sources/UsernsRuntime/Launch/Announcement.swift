import Glibc
import LinuxKernel
import SystemPackage

/// Whom the caller wants the process's pid told.
struct Announcement {
    let pidFile: String?
    let pidfdSocket: String?

    func make(_ process: borrowing ChildProcess) throws(RuntimeError) {
        if let pidfdSocket {
            do throws(KernelError) {
                let socket = try MessageSocket.connectStream(to: pidfdSocket)
                try MessageSocket.send(Array("pidfd".utf8), passing: process.pidfd, over: socket)
            } catch { throw RuntimeError("--pidfd-socket \(pidfdSocket)", error) }
        }
        if let pidFile {
            do throws(KernelError) { try write(process.pid, to: pidFile) } catch { throw RuntimeError("--pid-file \(pidFile)", error) }
        }
    }

    /// Whoever waits for the file finds it whole.
    private func write(_ pid: Int32, to path: String) throws(KernelError) {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = try FileDescriptor.currentDirectory.open(parent, [.readOnly, .directory])
        // A name that nobody has taken before us: in a directory that others may write it would be their file.
        let temporary = ".\(UInt64.random(in: .min ... .max))"
        let file = try directory.open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
        do throws(KernelError) {
            try file.writeAll("\(pid)")
            try directory.rename(temporary, to: name)
        } catch {
            // The first error is what counts: it tells why there is no file.
            do throws(KernelError) { try directory.unlink(temporary) } catch {}
            throw error
        }
    }
}
