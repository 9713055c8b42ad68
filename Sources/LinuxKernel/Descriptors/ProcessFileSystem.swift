import CLinux
import Glibc
import SystemPackage

/// The host's procfs by a verified descriptor: a real procfs, its root, not something mounted over it.
///
/// Every write under /proc goes through it. Man: proc(5).
public final class ProcessFileSystem {
    static let magic = 0x9fa0
    private static let rootInode: UInt64 = 1
    private static let beneath: UInt64 = 0x01 | 0x02 | 0x08  // NO_XDEV, NO_MAGICLINKS, BENEATH

    private let root: OwnedDescriptor

    /// Errors: ENOTDIR where /proc is no procfs.
    public init() throws(KernelError) {
        let root = try FileDescriptor.currentDirectory.open("/proc", [.path, .directory, .noFollow])
        guard try root.fileSystemMagic() == Self.magic, try root.status().inode == Self.rootInode else {
            throw KernelError(.open, .notDirectory, "/proc (not a procfs)")
        }
        self.root = root
    }

    /// Opens a file below /proc; nothing mounted over a part of it and no magic link is followed.
    public func open(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        let fd = retryOnInterrupt { cl_openat2(root.rawValue, path, UInt64(flags.rawValue | cl_O_CLOEXEC), 0, Self.beneath) }
        if fd >= 0 { return OwnedDescriptor(owning: fd) }
        guard fd == -ENOSYS else { throw KernelError(.openat2, Errno(rawValue: -fd), "/proc/\(path)") }
        let opened = try root.open(path, flags.union(.noFollow))
        guard try opened.fileSystemMagic() == Self.magic else { throw KernelError(.open, .improperLink, "/proc/\(path)") }
        return opened
    }

    public func read(_ path: String) throws(KernelError) -> String {
        let file = try open(path, .readOnly)
        do throws(KernelError) { return try file.readText() } catch { throw KernelError(error.call, error.errno, "/proc/\(path)") }
    }

    /// One write(2), as the kernel wants for id maps and attributes.
    public func write(_ path: String, _ text: String) throws(KernelError) {
        let file = try open(path, .writeOnly)
        do throws(KernelError) { try file.writeAll(text) } catch { throw KernelError(error.call, error.errno, "/proc/\(path)") }
    }

    /// The number by which a namespace of a process (`self`, or a pid) is known.
    public func namespaceInode(_ process: String, _ kind: NamespaceKind) throws(KernelError) -> UInt64 {
        try openNamespace(process, kind).status().inode
    }

    /// A namespace of a process (`self`, or a pid), which it keeps there.
    public func openNamespace(_ process: String, _ kind: NamespaceKind) throws(KernelError) -> OwnedDescriptor {
        try open("\(process)/ns", [.path, .directory]).open(kind.procName, .readOnly)
    }

    /// Opens again, with other flags, what a descriptor of ours refers to.
    public func reopen(_ descriptor: borrowing some Descriptor & ~Copyable, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        let directory = try open("self/fd", [.path, .directory])
        return try directory.open(String(descriptor.rawValue), flags)
    }
}

extension Errno {
    /// EXDEV, as openat2(2) answers where a path leaves its file system.
    static var improperLink: Errno { Errno(rawValue: Glibc.EXDEV) }
}
