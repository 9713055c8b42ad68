import Foundation

/// A listening UNIX stream socket whose queue is full: who connects to it waits.
final class FullSocket {
    let path: String
    private let socket: DescriptorSocket
    private var connections: [Int32] = []

    init(_ bundle: Bundle, _ name: String) throws {
        socket = try DescriptorSocket(bundle, name)
        path = socket.path
        while try fill() {}
    }

    /// False where the queue takes no more.
    private func fill() throws -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard descriptor >= 0, path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw HarnessError("no socket for \(path)") }
        connections.append(descriptor)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let answer = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        if answer == 0 { return true }
        guard errno == EAGAIN else { throw HarnessError("\(path): \(String(cString: strerror(errno)))") }
        return false
    }

    deinit { connections.forEach { close($0) } }
}
