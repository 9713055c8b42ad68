import CLinux
import Glibc
import SystemPackage

/// Files in memory that nobody can write any more. Man: memfd_create(2), F_ADD_SEALS(2const).
public enum SealedMemory {
    private static let seals = 0x01 | 0x02 | 0x04 | 0x08  // SEAL, SHRINK, GROW, WRITE
    private static let write = 0x08

    public static func isSealed(_ descriptor: borrowing some Descriptor & ~Copyable) -> Bool {
        let has = cl_fcntl(descriptor.rawValue, 1034, 0)  // F_GET_SEALS
        return has >= 0 && Int(has) & write != 0
    }

    /// A sealed copy of a file, executable.
    public static func copy(of file: borrowing some Descriptor & ~Copyable) throws(KernelError) -> OwnedDescriptor {
        let copy = try create()
        try file.copyContents(to: copy)
        try check(.fcntl, cl_fcntl(copy.rawValue, 1033, seals), "F_ADD_SEALS")
        return copy
    }

    /// MFD_EXEC is asked for first: kernels from 6.3 on may be told to refuse what does not say it, older ones do not know it.
    private static func create() throws(KernelError) -> OwnedDescriptor {
        let cloexec: UInt32 = 1, allowSealing: UInt32 = 2, executable: UInt32 = 0x10
        let fd = cl_memfd_create("runc", cloexec | allowSealing | executable)
        if fd >= 0 { return OwnedDescriptor(owning: fd) }
        return OwnedDescriptor(owning: try check(.memfd_create, cl_memfd_create("runc", cloexec | allowSealing)))
    }
}
