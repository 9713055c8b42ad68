import CLinux
import Glibc
import SystemPackage

/// execve(2) and its kin: they return only to tell why not.
public enum Execute {
    public static func path(_ path: UnsafePointer<CChar>, _ arguments: CStringArray, _ environment: CStringArray) -> Errno {
        execve(path, arguments.pointer, environment.pointer)
        return Errno(rawValue: errno)
    }

    /// What a descriptor refers to. Man: execveat(2), AT_EMPTY_PATH.
    public static func descriptor(_ descriptor: borrowing some Descriptor & ~Copyable, _ arguments: CStringArray, _ environment: CStringArray) -> Errno {
        Errno(rawValue: -cl_execveat(descriptor.rawValue, "", arguments.pointer, environment.pointer, cl_AT_EMPTY_PATH))
    }
}
