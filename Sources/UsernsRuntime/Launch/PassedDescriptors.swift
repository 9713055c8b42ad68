import Glibc
import LinuxKernel
import SystemPackage

/// The descriptors from 3 on that the container's process inherits: those of socket activation, then `--preserve-fds`.
struct PassedDescriptors {
    let count: Int32
    /// What the process is told of them. Man: sd_listen_fds(3).
    let environment: [String]

    init(preserve: Int) throws(RuntimeError) {
        let listening = Self.listeningDescriptors()
        guard preserve >= 0, preserve <= 1 << 20 else { throw RuntimeError("--preserve-fds: must be a number from 0 to 1048576") }
        count = listening + Int32(preserve)
        var environment: [String] = []
        if listening > 0 {
            environment = ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"]
            if let names = EnvironmentVariable.value("LISTEN_FDNAMES") { environment.append("LISTEN_FDNAMES=\(names)") }
        }
        self.environment = environment
        for fd in 3..<(3 + count) where !FileDescriptor(rawValue: fd).wasInherited {
            throw RuntimeError("--preserve-fds: descriptor \(fd) is not open", hint: "pass descriptors 3 to \(2 + count) to runc")
        }
    }

    /// Only those that were meant for this very process.
    private static func listeningDescriptors() -> Int32 {
        guard EnvironmentVariable.value("LISTEN_PID").flatMap(Int32.init) == getpid(),
            let count = EnvironmentVariable.value("LISTEN_FDS").flatMap(Int32.init), count > 0, count < 1 << 16
        else { return 0 }
        return count
    }
}
