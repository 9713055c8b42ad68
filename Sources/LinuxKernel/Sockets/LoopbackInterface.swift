import CLinux
import Glibc
import SystemPackage

/// The interface that every new network namespace has, and has down. Man: netdevice(7).
public enum LoopbackInterface {
    public static func bringUp() throws(KernelError) {
        let fd = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try checkErrno(.socket, fd)
        let socket = OwnedDescriptor(owning: fd)
        // struct ifreq: the name in 16 bytes, then the flags in the first two of 24
        var request = [UInt8](repeating: 0, count: 40)
        request.replaceSubrange(0..<2, with: Array("lo".utf8))
        try check(.ioctl, cl_ioctl_pointer(socket.rawValue, UInt(SIOCGIFFLAGS), &request), "SIOCGIFFLAGS lo")
        request[16] |= UInt8(IFF_UP)
        try check(.ioctl, cl_ioctl_pointer(socket.rawValue, UInt(SIOCSIFFLAGS), &request), "SIOCSIFFLAGS lo")
    }
}
