import CLinux
import Glibc
import SystemPackage

/// execve(2) and its kin: they return only to tell why not.
public enum Execute {
    public static func path(_ path: UnsafePointer<CChar>, _ arguments: CStringArray, _ environment: CStringArray) -> Errno {
        execve(path, arguments.pointer, environment.pointer)
        return Errno(rawValue: errno)
    }

    /// What a descriptor refers to, with our own arguments and environment as they came, copied by nobody.
    /// Man: execveat(2), AT_EMPTY_PATH.
    public static func again(from descriptor: borrowing some Descriptor & ~Copyable) -> Errno {
        Errno(rawValue: -cl_execveat(descriptor.rawValue, "", CommandLine.unsafeArgv, environ, cl_AT_EMPTY_PATH))
    }
}
