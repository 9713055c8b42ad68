import CLinux

/// A file that only lives as long as somebody holds it. Man: memfd_create(2).
public enum MemoryFile {
    /// - Parameter name: shown in /proc/PID/fd.
    public static func create(_ name: String) throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check(.memfd_create, cl_memfd_create(name, 1)))  // MFD_CLOEXEC
    }
}
