import CLinux
import Glibc
import SystemPackage

/// Mounts by descriptor: a mount is made or copied detached, given its attributes, and only then attached.
///
/// Man: fsopen(2), open_tree(2), move_mount(2), mount_setattr(2).
public enum Mounts {
    private static let cloexec: UInt32 = 1  // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private static let openTreeClone: UInt32 = 1

    /// A new file system, mounted nowhere yet.
    public static func fileSystem(
        _ type: String, source: String?, options: [FileSystemOption], attributes: MountAttributes
    ) throws(KernelError) -> OwnedDescriptor {
        let context = OwnedDescriptor(owning: try check(.fsopen, cl_fsopen(type, cloexec), type))
        if let source, !source.isEmpty { try configure(context, .string, "source", source) }
        try configure(context, options)
        try configure(context, .create, nil, nil)
        return OwnedDescriptor(owning: try check(.fsmount, cl_fsmount(context.rawValue, cloexec, UInt32(attributes.rawValue)), type))
    }

    /// Whether fsconfig(2) takes all of it: no text of more than 255 bytes, as the layers of an overlay easily make one, and
    /// not a flag that is left to mount(2).
    public static func isForFSConfig(source: String?, _ options: [FileSystemOption]) -> Bool {
        (source ?? "").utf8.count < 256 && !options.contains { ($0.value ?? "").utf8.count > 255 || isOnlyForMount($0) }
    }

    /// Whether it is a flag of a superblock that only mount(2) sets, when it makes one.
    public static func isOnlyForMount(_ option: FileSystemOption) -> Bool { option.value == nil && ["acl", "iversion"].contains(option.key) }

    /// What mount(2) takes as a number and not among the file system's own options, with what is its absence. Source: linux/mount.h.
    private static let superblockFlags: [(String, UInt)] = [
        ("ro", 1), ("rw", 0), ("sync", 16), ("async", 0), ("mand", 64), ("nomand", 0), ("dirsync", 128), ("acl", 1 << 16), ("iversion", 1 << 23),
        ("lazytime", 1 << 25), ("nolazytime", 0),
    ]

    /// The same by mount(2), which mounts only where something is: in a directory of a tmpfs, which for that time covers
    /// `target`. What was mounted there is then copied, and so mounted nowhere, as what fsmount(2) makes. Errors: E2BIG where
    /// the options are longer than the page that the kernel reads of them.
    public static func fileSystem(
        _ type: String, source: String?, options: [FileSystemOption], attributes: MountAttributes,
        mountingOn target: borrowing some Descriptor & ~Copyable
    ) throws(KernelError) -> OwnedDescriptor {
        var flags: UInt = 0
        var data: [String] = []
        for option in options {
            if option.value == nil, let flag = superblockFlags.first(where: { $0.0 == option.key }) {
                flags |= flag.1
            } else {
                data.append(option.text)
            }
        }
        let text = data.joined(separator: ",")
        guard text.utf8.count < sysconf(Int32(_SC_PAGESIZE)) else { throw KernelError(.mount, .argListTooLong, "the options of \(type)") }

        let cover = try fileSystem("tmpfs", source: "tmpfs", options: [], attributes: [])
        try attach(cover, on: target)
        try setPropagation(cover, .privately, recursive: false)
        let directory = try open(cover)
        try directory.makeDirectory("mount", mode: 0o700)
        try checkErrno(.chdir, fchdir(directory.rawValue))
        let named = source.flatMap { $0.isEmpty ? nil : $0 } ?? type
        let result = cl_mount(named, "mount", type, flags, text)
        let mount = result < 0 ? nil : try copy(of: directory.open("mount", [.path, .directory]), recursive: false)
        try check(.umount2, cl_umount2(".", 2))  // MNT_DETACH
        try checkErrno(.chdir, chdir("/"))
        guard let mount else { throw KernelError(.mount, Errno(rawValue: -result), type) }
        try setAttributes(mount, set: attributes, clear: .accessTimeField)
        return mount
    }

    /// The root directory of a mount, also of one that is attached nowhere, for what an `O_PATH` descriptor cannot do.
    public static func open(_ mount: borrowing some Descriptor & ~Copyable) throws(KernelError) -> OwnedDescriptor { try mount.open(".", [.readOnly, .directory]) }

    /// Other options for a file system that is mounted. Man: fspick(2).
    public static func reconfigure(_ mount: borrowing some Descriptor & ~Copyable, options: [FileSystemOption]) throws(KernelError) {
        let emptyPath: UInt32 = 0x08  // FSPICK_EMPTY_PATH
        let context = OwnedDescriptor(owning: try check(.fspick, cl_fspick(mount.rawValue, "", cloexec | emptyPath)))
        try configure(context, options)
        try configure(context, .reconfigure, nil, nil)
    }

    private enum ConfigureCommand: UInt32 { case flag = 0, string = 1, create = 6, reconfigure = 7 }

    private static func configure(_ context: borrowing some Descriptor & ~Copyable, _ options: [FileSystemOption]) throws(KernelError) {
        for option in options { try configure(context, option.value == nil ? .flag : .string, option.key, option.value) }
    }

    private static func configure(_ context: borrowing some Descriptor & ~Copyable, _ command: ConfigureCommand, _ key: String?, _ value: String?) throws(KernelError) {
        let result = key.map { key in
            value.map { cl_fsconfig(context.rawValue, command.rawValue, key, $0, 0) } ?? cl_fsconfig(context.rawValue, command.rawValue, key, nil, 0)
        } ?? cl_fsconfig(context.rawValue, command.rawValue, nil, nil, 0)
        try check(.fsconfig, result, value.map { "\(key ?? "")=\($0)" } ?? key ?? "")
    }

    /// A detached copy of the mount at a path of the process's own mount namespace (a bind mount that is nowhere yet).
    public static func copy(of path: String, recursive: Bool) throws(KernelError) -> OwnedDescriptor {
        try copy(path, FileDescriptor.currentDirectory, recursive: recursive, flags: 0)
    }

    /// The same of what a descriptor refers to.
    public static func copy(of original: borrowing some Descriptor & ~Copyable, recursive: Bool) throws(KernelError) -> OwnedDescriptor {
        try copy("", original, recursive: recursive, flags: UInt32(cl_AT_EMPTY_PATH))
    }

    private static func copy(
        _ path: String, _ directory: borrowing some Descriptor & ~Copyable, recursive: Bool, flags: UInt32
    ) throws(KernelError) -> OwnedDescriptor {
        let flags = flags | openTreeClone | UInt32(cl_O_CLOEXEC) | (recursive ? UInt32(cl_AT_RECURSIVE) : 0)
        return OwnedDescriptor(owning: try check(.open_tree, cl_open_tree(directory.rawValue, path, flags), path))
    }

    /// Attaches a detached mount on what a descriptor refers to.
    public static func attach(_ mount: borrowing some Descriptor & ~Copyable, on target: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let emptyPaths: UInt32 = 0x04 | 0x40  // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH
        try check(.move_mount, cl_move_mount(mount.rawValue, "", target.rawValue, "", emptyPaths))
    }

    public static func setAttributes(
        _ mount: borrowing some Descriptor & ~Copyable, set: MountAttributes, clear: MountAttributes = [], recursive: Bool = false
    ) throws(KernelError) {
        if set.isEmpty && clear.isEmpty { return }
        try check(.mount_setattr, cl_mount_setattr(mount.rawValue, "", emptyPath(recursive), set.rawValue, clear.rawValue, 0, -1))
    }

    public static func setPropagation(_ mount: borrowing some Descriptor & ~Copyable, _ propagation: MountPropagation, recursive: Bool) throws(KernelError) {
        try check(.mount_setattr, cl_mount_setattr(mount.rawValue, "", emptyPath(recursive), 0, 0, propagation.rawValue, -1))
    }

    /// Maps the ids of a detached mount as a user namespace does: for good. Errors: EINVAL where its file system cannot be
    /// mapped, EPERM where it is another user namespace's.
    public static func mapIDs(
        _ mount: borrowing some Descriptor & ~Copyable, as userNamespace: borrowing some Descriptor & ~Copyable, recursive: Bool
    ) throws(KernelError) {
        let idMap: UInt64 = 0x10_0000  // MOUNT_ATTR_IDMAP
        try check(.mount_setattr, cl_mount_setattr(mount.rawValue, "", emptyPath(recursive), idMap, 0, 0, userNamespace.rawValue), "MOUNT_ATTR_IDMAP")
    }

    private static func emptyPath(_ recursive: Bool) -> UInt32 {
        UInt32(cl_AT_EMPTY_PATH) | (recursive ? UInt32(cl_AT_RECURSIVE) : 0)
    }

    /// Makes `newRoot` the root of the mount namespace and lets go of the old one. The working directory is `/` after.
    ///
    /// Both arguments of pivot_root are ".", so no directory for the old root is needed: it ends on top of the new
    /// one. Man: pivot_root(2), NOTES.
    public static func pivotRoot(to newRoot: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let oldRoot = try FileDescriptor.currentDirectory.open("/", [.path, .directory])
        try checkErrno(.chdir, fchdir(newRoot.rawValue))
        try check(.pivot_root, cl_pivot_root(".", "."))
        // Nothing that is unmounted below may spread to the host.
        try checkErrno(.chdir, fchdir(oldRoot.rawValue))
        try setPropagation(oldRoot, .slave, recursive: true)
        try check(.umount2, cl_umount2(".", 2))  // MNT_DETACH
        try checkErrno(.chdir, chdir("/"))
    }

    /// chroot(2) into the working directory.
    public static func changeRootHere() throws(KernelError) {
        try checkErrno(.chroot, chroot("."))
        try checkErrno(.chdir, chdir("/"))
    }

    /// Detaches what is mounted on top at an absolute path.
    public static func unmount(_ path: String) throws(KernelError) { try check(.umount2, cl_umount2(path, 2), path) }

    /// Detaches the mount whose root a descriptor refers to. The working directory is `/` after.
    public static func unmount(_ mount: borrowing some Descriptor & ~Copyable, _ procfs: ProcessFileSystem) throws(KernelError) {
        try CurrentProcess.changeDirectory(procfs.open("self/fd", [.path, .directory]))
        let result = cl_umount2(String(mount.rawValue), 2)
        try CurrentProcess.changeDirectory("/")
        try check(.umount2, result)
    }
}
