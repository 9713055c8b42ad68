import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// NOTIFY_SOCKET: a service in the container tells that it is ready; the manager outside hears it of init, or of us who wait
/// for init in the foreground. Man: sd_notify(3).
///
/// The container gets a socket of its own, below /run/notify; what it says beside `READY=1` stays inside.
struct NotifyRelay {
    private static let directoryName = "notify"
    private static let socketName = "notify.sock"
    private static let insidePath = "/run/notify"

    /// Readable where the service has said something.
    let socket: SharedDescriptor
    /// Of the manager outside.
    private let address: String
    private let log: RuntimeLog

    /// Puts the socket where the container finds it.
    ///
    /// - Parameter containerPath: the container's directory, which need not be there yet.
    static func addMount(_ spec: inout Spec, containerPath: String) {
        // Elsewhere nothing can be mounted, and nobody inside reaches a socket of ours.
        guard outerAddress != nil, spec.linux.namespaces.contains(where: { $0.type == .mount && $0.isNew }) else { return }
        spec.mounts.append(
            Mount(
                destination: insidePath, type: "bind", source: "\(containerPath)/\(directoryName)",
                options: ["bind", "nosuid", "noexec", "nodev", "ro"]))
        spec.process?.env.removeAll { $0.hasPrefix("NOTIFY_SOCKET=") }
        spec.process?.env.append("NOTIFY_SOCKET=\(insidePath)/\(socketName)")
    }

    /// For a restored container, whose image may have the mount. It is ready already, so nobody listens.
    static func restoredMount(_ container: ContainerDirectory) throws(KernelError) -> (destination: String, source: String) {
        try container.makeDirectory(directoryName, mode: 0o755)
        return (insidePath, container.path + "/" + directoryName)
    }

    static func makeDirectory(_ container: ContainerDirectory) throws(KernelError) {
        if outerAddress != nil { try container.makeDirectory(directoryName, mode: 0o755) }
    }

    /// Listens before the process is started: it may be ready at once. nil where nobody outside, or nobody inside, asked.
    init?(_ container: ContainerDirectory, log: RuntimeLog) throws(RuntimeError) {
        guard let address = Self.outerAddress else { return nil }
        self.address = address
        self.log = log
        do throws(KernelError) {
            let directory: OwnedDescriptor
            do throws(KernelError) { directory = try container.open(Self.directoryName, [.path, .directory, .noFollow]) } catch {
                if error.errno == .noSuchFileOrDirectory { return nil }
                throw error
            }
            // By a short path: an address has room for 107 bytes.
            socket = SharedDescriptor(try MessageSocket.bindDatagram(to: "/proc/self/fd/\(directory.rawValue)/\(Self.socketName)"))
            // Any user of the container may be the service.
            try directory.changeMode(Self.socketName, 0o777)
        } catch { throw RuntimeError("NOTIFY_SOCKET", error) }
    }

    private static var outerAddress: String? { EnvironmentVariable.value("NOTIFY_SOCKET").flatMap { $0.isEmpty ? nil : $0 } }

    /// Waits until the service is ready, or has ended, and tells the manager that it is init.
    func forward(from process: borrowing ChildProcess) throws(RuntimeError) {
        do throws(KernelError) {
            while try socket.waitUntilReadable(or: process.pidfd) {
                if try forwardNext(mainPID: process.pid) { return }
            }
        } catch { throw RuntimeError("NOTIFY_SOCKET", error) }
    }

    /// More than the kernel queues, and an end of it for a container that never stops talking. Man: unix(7), max_dgram_qlen.
    private static let mostWaiting = 512

    /// The same of what has been said already, without waiting; the service is the process `mainPID` of our PID namespace.
    /// Returns whether that was all: it is told once, and a manager that cannot be told is warned of and lets the service run on.
    func forwardWaiting(mainPID: Int32) -> Bool {
        do throws(KernelError) {
            for _ in 0..<Self.mostWaiting {
                guard try socket.waitUntilReadable(until: .now) else { return false }
                if try forwardNext(mainPID: mainPID) { return true }
            }
            return false
        } catch {
            log.warning(RuntimeError("NOTIFY_SOCKET", error).line)
            return true
        }
    }

    private func forwardNext(mainPID: Int32) throws(KernelError) -> Bool {
        guard let message = try MessageSocket.receiveDatagram(from: socket), message.split(separator: "\n").contains("READY=1") else { return false }
        try MessageSocket.sendDatagram(Array("MAINPID=\(mainPID)\nREADY=1".utf8), to: address)
        return true
    }
}
