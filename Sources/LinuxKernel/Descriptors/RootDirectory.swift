import CLinux
import Glibc
import SystemPackage

/// A directory that stands for `/`: every path is resolved inside it, whatever links a hostile image holds.
///
/// The kernel does it where it has openat2 (Linux 5.6); else, and where something is to be made, the same walk is made here,
/// component by component, on `O_PATH` descriptors. Man: openat2(2), RESOLVE_IN_ROOT.
public struct RootDirectory {
    /// The root itself.
    public let descriptor: SharedDescriptor
    /// Forces the walk of our own, for tests and kernels without openat2.
    public var withoutOpenat2 = false

    public init(_ descriptor: SharedDescriptor) { self.descriptor = descriptor }

    /// What is `/` to this process at the moment.
    public static func current() throws(KernelError) -> RootDirectory {
        RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open("/", [.path, .directory])))
    }

    private static let resolveInRoot: UInt64 = 0x10
    private static let resolveNoMagicLinks: UInt64 = 0x02

    /// Opens what is there. Errors: ENOENT, ELOOP, ENOTDIR as for open(2).
    public func open(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        if !withoutOpenat2 {
            // EAGAIN: something was renamed or mounted meanwhile and the kernel cannot vouch for "..": ask again.
            for _ in 0..<64 {
                let fd = cl_openat2(
                    descriptor.rawValue, path.isEmpty ? "." : path, UInt64(flags.rawValue | cl_O_CLOEXEC), 0,
                    Self.resolveInRoot | Self.resolveNoMagicLinks)
                if fd >= 0 { return OwnedDescriptor(owning: fd) }
                // EPERM: how some filters refuse calls that they do not know.
                if fd == -ENOSYS || fd == -EPERM { break }
                if fd != -EAGAIN && fd != -EINTR { throw KernelError(.openat2, Errno(rawValue: -fd), path) }
            }
        }
        return try walk(path, flags)
    }

    /// Makes the directories of `path` that are missing (mode 0755), be it behind a link that dangles, and opens the last, as
    /// `O_PATH`.
    public func makeDirectories(_ path: String) throws(KernelError) -> OwnedDescriptor {
        try make(path, [.path, .directory], lastIsFile: false)
    }

    /// Opens the file at `path` as `O_PATH`, made empty (mode 0644) where nothing is there, its directories too.
    public func makeFile(_ path: String) throws(KernelError) -> OwnedDescriptor { try make(path, .path, lastIsFile: true) }

    private func make(_ path: String, _ flags: OpenFlags, lastIsFile: Bool) throws(KernelError) -> OwnedDescriptor {
        do throws(KernelError) { return try open(path, flags) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
        }
        return try walk(path, flags) { (directory, name, isLast) throws(KernelError) in
            do throws(KernelError) {
                if isLast && lastIsFile {
                    _ = try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o644)
                } else {
                    try directory.makeDirectory(name, mode: 0o755)
                }
            } catch {
                guard error.errno == .fileExists else { throw error }
            }
        }
    }

    /// The directory that holds `path`'s last component, made where missing, and that component's name.
    public func makeParent(of path: String) throws(KernelError) -> NamedEntry {
        let (parent, name) = Self.split(path)
        guard let name else { throw KernelError(.mkdir, .invalidArgument, path) }
        return NamedEntry(directory: try makeDirectories(parent), name: name)
    }

    /// A name in a directory: what mknodat, symlinkat and unlinkat take.
    public struct NamedEntry: ~Copyable {
        public let directory: OwnedDescriptor
        public let name: String
    }

    /// `a/b/c` → `a/b`, `c`; no name for the root itself or a path that ends in `..`.
    static func split(_ path: String) -> (parent: String, name: String?) {
        var components = path.parts(at: "/").filter { $0 != "." }
        guard let last = components.popLast(), last != ".." else { return (path, nil) }
        return (components.joined(separator: "/"), last)
    }

    /// The walk without openat2, and the one that makes what is missing: a link that dangles has to be followed by its text, for
    /// the kernel tells of it no more than that something is not there. `..` goes back to a descriptor that was opened before,
    /// never to whatever is the parent now, so that a directory moved out of the root does not take the walk with it.
    ///
    /// - Parameter make: makes a name that is missing in a directory.
    private func walk(
        _ path: String, _ flags: OpenFlags,
        making make: ((_ directory: SharedDescriptor, _ name: ByteString, _ isLast: Bool) throws(KernelError) -> Void)? = nil
    ) throws(KernelError) -> OwnedDescriptor {
        var pending = Array(ByteString(path).components.reversed())
        var above: [SharedDescriptor] = []
        var linksLeft = 40
        func here() -> SharedDescriptor { above.last ?? descriptor }
        func openNext(_ name: ByteString) throws(KernelError) -> OwnedDescriptor {
            do throws(KernelError) { return try here().open(name, [.path, .noFollow]) } catch {
                guard error.errno == .noSuchFileOrDirectory, make != nil else { throw error }
            }
            try make?(here(), name, pending.isEmpty)
            return try here().open(name, [.path, .noFollow])
        }

        while let component = pending.popLast() {
            if component == "." { continue }
            if component == ".." {
                _ = above.popLast()
                continue
            }
            let next = try openNext(component)
            let status = try next.status()
            if status.isSymbolicLink {
                if pending.isEmpty && flags.contains(.noFollow) {
                    if flags.contains(.path) { return next }
                    throw KernelError(.open, .tooManySymbolicLinkLevels, path)
                }
                linksLeft -= 1
                // A magic link (of procfs) has no text to walk.
                let isMagic = try next.fileSystemMagic() == ProcessFileSystem.magic
                if linksLeft < 0 || isMagic {
                    throw KernelError(.open, .tooManySymbolicLinkLevels, path)
                }
                let target = try next.readSymbolicLink("")
                if target.isAbsolutePath { above = [] }
                pending += target.components.reversed()
            } else if pending.isEmpty {
                // O_NOFOLLOW on the last name: had it become a link since, this is ELOOP and not a step outside.
                return try here().open(component, flags.union(.noFollow))
            } else {
                // "file/..": nothing would be opened below it that told.
                guard status.isDirectory else { throw KernelError(.open, .notDirectory, path) }
                above.append(SharedDescriptor(next))
            }
        }
        return try here().open(".", flags)
    }
}
