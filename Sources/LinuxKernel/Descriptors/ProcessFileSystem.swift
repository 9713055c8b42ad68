import CLinux
import Glibc
import SystemPackage

/// The host's procfs by a verified descriptor: a real procfs, its root, not something mounted over it.
///
/// Every read and write under /proc goes through it, also in the container, whose own /proc is not to be believed: `self` is
/// whoever asks, in whichever PID namespace. Man: proc(5).
public final class ProcessFileSystem {
    static let magic = 0x9fa0
    static let rootInode: UInt64 = 1
    private static let beneath: UInt64 = 0x01 | 0x02 | 0x08  // NO_XDEV, NO_MAGICLINKS, BENEATH

    private let root: OwnedDescriptor
    private let withoutOpenat2: Bool

    /// The number of the descriptor that it is.
    public var rawValue: Int32 { root.rawValue }

    /// Errors: ENOTDIR where /proc is no procfs.
    ///
    /// - Parameter withoutOpenat2: forces the walk of our own, for tests.
    public init(_ path: String = "/proc", withoutOpenat2: Bool = false) throws(KernelError) {
        let root = try FileDescriptor.currentDirectory.open(path, [.path, .directory, .noFollow])
        guard try root.fileSystemMagic() == Self.magic, try root.status().inode == Self.rootInode else {
            throw KernelError(.open, .notDirectory, "\(path) (not a procfs)")
        }
        self.root = root
        self.withoutOpenat2 = withoutOpenat2
    }

    private init(root: consuming OwnedDescriptor, withoutOpenat2: Bool) {
        self.root = root
        self.withoutOpenat2 = withoutOpenat2
    }

    /// Another, mounted nowhere, that has the processes of the current PID namespace and nothing else: whoever comes by its
    /// descriptor comes by no more.
    ///
    /// nil where none can be had: before Linux 5.8 (ENOSYS, EINVAL), and in a user namespace (EPERM) that does not own the PID
    /// namespace, or that sees no /proc without something mounted over a part of it.
    public func ofProcesses() throws(KernelError) -> ProcessFileSystem? {
        do throws(KernelError) {
            let mount = try Mounts.fileSystem(
                "proc", source: "proc", options: [FileSystemOption("subset", "pid")], attributes: [.noSetuid, .noDevices, .noExecution])
            return ProcessFileSystem(root: mount, withoutOpenat2: withoutOpenat2)
        } catch {
            guard [.noFunction, .invalidArgument, .notPermitted].contains(error.errno) else { throw error }
            return nil
        }
    }

    /// Opens a file below /proc; nothing mounted over a part of it and no magic link is followed.
    public func open(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        if !withoutOpenat2 {
            let fd = retryOnInterrupt { cl_openat2(root.rawValue, path, UInt64(flags.rawValue | cl_O_CLOEXEC), 0, Self.beneath) }
            if fd >= 0 { return OwnedDescriptor(owning: fd) }
            // EPERM: how some filters refuse calls that they do not know.
            guard fd == -ENOSYS || fd == -EPERM else { throw KernelError(.openat2, Errno(rawValue: -fd), "/proc/\(path)") }
        }
        do throws(KernelError) { return try walk(path, flags) } catch { throw error.about("/proc/\(path)") }
    }

    /// The walk without openat2: each component is looked at before it is opened, and must be of our own mount.
    private func walk(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        // With the answers of openat2.
        guard !path.isAbsolutePath, !path.parts(at: "/").contains("..") else { throw KernelError(.open, .improperLink) }
        let mount = try root.mountID()
        var directory = SharedDescriptor(try root.open(".", .path))
        let components = try resolvingSelf(path).parts(at: "/")
        for (index, component) in components.enumerated() {
            let next = try directory.open(component, [.path, .noFollow])
            guard try !next.status().isSymbolicLink else { throw KernelError(.open, .tooManySymbolicLinkLevels) }
            guard try next.mountID() == mount else { throw KernelError(.open, .improperLink) }
            if index < components.count - 1 {
                directory = SharedDescriptor(next)
                continue
            }
            let opened = try directory.open(component, flags.union(.noFollow))
            // Something may have been mounted since.
            guard try opened.mountID() == mount else { throw KernelError(.open, .improperLink) }
            return opened
        }
        throw KernelError(.open, .invalidArgument)
    }

    /// `self/…` → `PID/…`: the one link that is followed, by its text.
    private func resolvingSelf(_ path: String) throws(KernelError) -> String {
        guard path == "self" || path.hasPrefix("self/") else { return path }
        return try root.readSymbolicLink("self").description + path.dropFirst("self".count)
    }

    public func read(_ path: String) throws(KernelError) -> String {
        try with(path, .readOnly) { (file) throws(KernelError) in try file.readText() }
    }

    /// A file that is a single record: see `Descriptor.readRecord`.
    func readRecord(_ path: String) throws(KernelError) -> [UInt8] {
        try with(path, .readOnly) { (file) throws(KernelError) in try file.readRecord() }
    }

    /// One write(2), as the kernel wants for id maps and attributes.
    public func write(_ path: String, _ text: String) throws(KernelError) {
        try with(path, .writeOnly) { (file) throws(KernelError) in try file.writeAll(text) }
    }

    /// Whatever fails names the file.
    private func with<Result>(
        _ path: String, _ flags: OpenFlags, _ body: (borrowing OwnedDescriptor) throws(KernelError) -> Result
    ) throws(KernelError) -> Result {
        let file = try open(path, flags)
        do throws(KernelError) { return try body(file) } catch { throw error.about("/proc/\(path)") }
    }

    /// The number by which a namespace of a process (`self`, or a pid) is known: from the link's text, `user:[4026531837]`.
    public func namespaceInode(_ process: String, _ kind: NamespaceKind) throws(KernelError) -> UInt64 {
        let text = try open("\(process)/ns", [.path, .directory]).readSymbolicLink(kind.procName).description
        guard let bracket = text.utf8.firstIndex(of: UInt8(ascii: "[")), text.hasSuffix("]"),
            let inode = UInt64(text[text.utf8.index(after: bracket)...].dropLast())
        else { throw KernelError(.readlink, .invalidArgument, "/proc/\(process)/ns/\(kind.procName)") }
        return inode
    }

    /// Whether nobody may call setgroups(2) in the user namespace of a process (`self`, or a pid). Man: user_namespaces(7), "The
    /// /proc/pid/setgroups file".
    public func setgroupsIsDenied(_ process: String) throws(KernelError) -> Bool { try read("\(process)/setgroups").hasPrefix("deny") }

    /// A namespace of a process (`self`, or a pid), which it keeps there.
    public func openNamespace(_ process: String, _ kind: NamespaceKind) throws(KernelError) -> OwnedDescriptor {
        try open("\(process)/ns", [.path, .directory]).open(kind.procName, .readOnly)
    }

    /// The root directory of a process (a pid).
    public func openRoot(_ process: String) throws(KernelError) -> OwnedDescriptor {
        try open(process, [.path, .directory]).open("root", [.path, .directory])
    }

    /// Opens again, with other flags, what a descriptor of ours refers to.
    public func reopen(_ descriptor: borrowing some Descriptor & ~Copyable, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        let directory = try open("self/fd", [.path, .directory])
        let opened = try directory.open(String(descriptor.rawValue), flags)
        // The one magic link that is followed: what lies behind it is known.
        guard try opened.status().isSameInode(as: descriptor.status()) else { throw KernelError(.open, .improperLink, "/proc/self/fd") }
        return opened
    }
}

extension Errno {
    /// EXDEV, as openat2(2) answers where a path leaves its file system.
    static var improperLink: Errno { Errno(rawValue: Glibc.EXDEV) }
}
