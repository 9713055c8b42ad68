import CLinux
import Glibc
import SystemPackage

/// What can be done by descriptor, the same for one that is owned and one that is borrowed.
///
/// Calls take the descriptor itself, not its number: an owned one is closed as soon as nobody uses it any more, which
/// may be before a call that was given a `FileDescriptor` made from it. What a value keeps is a `SharedDescriptor`.
public protocol Descriptor: ~Copyable {
    var rawValue: Int32 { get }
}

extension FileDescriptor: Descriptor {}

extension FileDescriptor {
    /// The directory that relative paths start from: the process's own.
    public static let currentDirectory = FileDescriptor(rawValue: cl_AT_FDCWD)
}

extension Descriptor where Self: ~Copyable {
    /// Man: openat(2).
    public func open(_ path: some KernelText, _ flags: OpenFlags, mode: mode_t = 0) throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check(.open, path.withBytes { path in
            retryOnInterrupt {
                let fd = Glibc.openat(rawValue, path, flags.rawValue | cl_O_CLOEXEC, mode)
                return fd < 0 ? -Glibc.errno : fd
            }
        }, path.description))
    }

    /// Man: fstat(2); works on an `O_PATH` descriptor.
    public func status() throws(KernelError) -> FileStatus {
        var status = Glibc.stat()
        try check(.fstat, cl_fstatat_empty(rawValue, &status))
        return FileStatus(status)
    }

    /// The type of the file system that the descriptor lies on. Man: statfs(2).
    public func fileSystemMagic() throws(KernelError) -> Int { try mountFacts().magic }

    /// The mount that the descriptor was opened through. Man: statx(2), STATX_MNT_ID. Linux 5.8.
    public func mountID() throws(KernelError) -> UInt64 {
        var id: UInt64 = 0
        try check(.statx, cl_mount_id(rawValue, &id))
        return id
    }

    public func isProcfs() throws(KernelError) -> Bool { try fileSystemMagic() == ProcessFileSystem.magic }

    /// Whether the mount that the descriptor was opened through is read-only.
    public func isOnReadOnlyMount() throws(KernelError) -> Bool { try mountFacts().readOnly }

    /// Whether that mount takes away setuid bits and file capabilities.
    public func isOnNosuidMount() throws(KernelError) -> Bool { try mountFacts().noSetuid }

    private func mountFacts() throws(KernelError) -> (magic: Int, readOnly: Bool, noSetuid: Bool) {
        var readOnly = false, noSetuid = false
        let magic = Int(try check(.statfs, cl_fstatfs(rawValue, &readOnly, &noSetuid)))
        return (magic, readOnly, noSetuid)
    }

    /// Reads to the end; `limitBytes` guards against a file that never ends (EFBIG).
    public func readAll(limitBytes: Int = 64 << 20) throws(KernelError) -> [UInt8] {
        // Most files are short: the first call reads all of it, and the second only finds the end.
        var bytes = try readSome()
        while !bytes.isEmpty {
            let more = try readSome(atMostBytes: min(max(1024, bytes.count), 65536))
            if more.isEmpty { break }
            bytes += more
            if bytes.count > limitBytes { throw KernelError(.read, .fileTooLarge) }
        }
        return bytes
    }

    /// What one call reads: empty at the end.
    public func readSome(atMostBytes room: Int = 8192) throws(KernelError) -> [UInt8] {
        var read = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            read = retryOnInterrupt { let n = Glibc.read(rawValue, buffer.baseAddress, buffer.count); return n < 0 ? -Int(Glibc.errno) : n }
            count = max(0, read)
        }
        try check(.read, read)
        return bytes
    }

    /// A file of the kernel's that is one record, as proc_pid_stat(5) is: it gives all of it at once, and needs no call to find the end.
    public func readRecord() throws(KernelError) -> [UInt8] { try readSome() }

    public func readText() throws(KernelError) -> String { String(decoding: try readAll(), as: UTF8.self) }

    /// The last bytes of a file, at most so many.
    public func readEnd(_ limitBytes: Int) throws(KernelError) -> [UInt8] {
        let size = try status().size
        try checkErrno(.lseek, lseek(rawValue, max(0, size - limitBytes), SEEK_SET))
        return try readAll()
    }

    /// Reads again from the beginning, as files do that the kernel fills anew.
    public func readFromStart() throws(KernelError) -> String {
        try checkErrno(.lseek, lseek(rawValue, 0, SEEK_SET))
        return try readText()
    }

    /// Writes all of it, in as few calls as the kernel takes.
    ///
    /// - Parameter waitingForRoom: also where somebody who has the same open file description has made it non-blocking. Not for
    ///   the kernel's files, whose EAGAIN has another meaning.
    public func writeAll(_ bytes: UnsafeRawBufferPointer, waitingForRoom: Bool = false) throws(KernelError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = retryOnInterrupt {
                let n = Glibc.write(rawValue, rest.baseAddress, rest.count)
                return n < 0 ? -Int(Glibc.errno) : n
            }
            if waitingForRoom && written == -Int(EAGAIN) {
                _ = try Readiness.wait(for: [(FileDescriptor(rawValue: rawValue), .writable)])
            } else {
                rest = UnsafeRawBufferPointer(rebasing: rest[try check(.write, written)...])
            }
        }
    }

    public func writeAll(_ bytes: [UInt8], waitingForRoom: Bool = false) throws(KernelError) {
        var failure: KernelError?
        bytes.withUnsafeBytes { bytes in
            do throws(KernelError) { try writeAll(bytes, waitingForRoom: waitingForRoom) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    public func writeAll(_ text: String) throws(KernelError) {
        try writeAll(Array(text.utf8))
    }

    /// One byte to a pipe; false where its reader is gone, of which there is no signal either.
    public func writeByteToReader(_ byte: UInt8) throws(KernelError) -> Bool {
        let written = retryOnInterrupt { withUnsafeBytes(of: byte) { cl_write_no_signal(rawValue, $0.baseAddress, $0.count) } }
        if written == -Int(EPIPE) { return false }
        try check(.write, written)
        return true
    }

    public func makeDirectory(_ name: some KernelText, mode: mode_t) throws(KernelError) {
        try checkErrno(.mkdir, name.withBytes { mkdirat(rawValue, $0, mode) }, name.description)
    }

    /// Makes the directories of a path that are missing. For paths of the host's: links in it are followed.
    public func makeDirectories(_ path: String, mode: mode_t) throws(KernelError) {
        var made = ""
        for component in path.parts(at: "/") {
            made += (made.isEmpty && !path.isAbsolutePath ? "" : "/") + component
            do throws(KernelError) { try makeDirectory(made, mode: mode) } catch {
                guard error.errno == .fileExists else { throw error }
            }
        }
    }

    public func unlink(_ name: some KernelText) throws(KernelError) {
        try checkErrno(.unlink, name.withBytes { unlinkat(rawValue, $0, 0) }, name.description)
    }

    public func removeDirectory(_ name: some KernelText) throws(KernelError) {
        try checkErrno(.rmdir, name.withBytes { unlinkat(rawValue, $0, cl_AT_REMOVEDIR) }, name.description)
    }

    public func makeSymbolicLink(_ name: some KernelText, to target: some KernelText) throws(KernelError) {
        try checkErrno(.symlink, name.withBytes { name in target.withBytes { symlinkat($0, rawValue, name) } }, name.description)
    }

    /// The text of a link; of the descriptor's own where the name is empty.
    public func readSymbolicLink(_ name: some KernelText) throws(KernelError) -> ByteString {
        var failure: KernelError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            let length = name.withBytes { readlinkat(rawValue, $0, buffer.baseAddress!, buffer.count) }
            if length < 0 { failure = KernelError(.readlink, Errno(rawValue: Glibc.errno), name.description) }
            count = max(0, length)
        }
        if let failure { throw failure }
        return ByteString(bytes)
    }

    public func makeNode(_ name: String, type: mode_t, mode: mode_t, major: UInt32 = 0, minor: UInt32 = 0) throws(KernelError) {
        try check(.mknod, cl_mknodat(rawValue, name, type | mode, major, minor), name)
    }

    /// Man: xattr(7)
    public func setExtendedAttribute(_ name: some KernelText, _ value: [UInt8]) throws(KernelError) {
        try check(.fsetxattr, name.withBytes { cl_fsetxattr(rawValue, $0, value, value.count) }, name.description)
    }

    /// Man: fchownat(2) with AT_EMPTY_PATH: works on an `O_PATH` descriptor.
    public func changeOwner(uid: UInt32, gid: UInt32) throws(KernelError) {
        try check(.fchown, cl_fchownat_empty(rawValue, uid, gid))
    }

    public func changeMode(_ mode: mode_t) throws(KernelError) { try checkErrno(.fchmod, fchmod(rawValue, mode)) }

    public func changeMode(_ path: String, _ mode: mode_t) throws(KernelError) {
        try checkErrno(.fchmod, fchmodat(rawValue, path, mode, 0), path)
    }

    /// Man: flock(2): the lock is freed by the death of its holder.
    public func lockExclusively() throws(KernelError) { try check(.flock, retryOnInterrupt { cl_flock(rawValue, LOCK_EX) }) }

    /// The same without waiting; false where another holds it.
    public func lockExclusivelyIfFree() throws(KernelError) -> Bool {
        do throws(KernelError) { try check(.flock, cl_flock(rawValue, LOCK_EX | LOCK_NB)) } catch {
            guard error.errno == .wouldBlock else { throw error }
            return false
        }
        return true
    }

    public func unlock() throws(KernelError) { try check(.flock, cl_flock(rawValue, LOCK_UN)) }

    public func synchronize() throws(KernelError) { try checkErrno(.fsync, fsync(rawValue)) }

    public func rename(_ name: String, to newName: String) throws(KernelError) {
        try checkErrno(.rename, renameat(rawValue, name, rawValue, newName), newName)
    }

    public func makeFIFO(_ name: String, mode: mode_t) throws(KernelError) {
        try checkErrno(.mkfifo, mkfifoat(rawValue, name, mode), name)
    }

    /// Removes all that a directory holds, following no link and entering no other mount's place by path.
    public func removeTree() throws(KernelError) {
        for name in try directoryEntries() {
            do throws(KernelError) { try unlink(name) } catch {
                guard error.errno == .isDirectory || error.errno == .notPermitted else { throw error }
                try open(name, [.readOnly, .directory, .noFollow]).removeTree()
                try removeDirectory(name)
            }
        }
    }

    public func duplicate(onto target: Int32) throws(KernelError) { try checkErrno(.dup2, Glibc.dup2(rawValue, target)) }

    /// A copy whose number is `minimum` or above.
    public func duplicate(from minimum: Int32) throws(KernelError) -> OwnedDescriptor {
        OwnedDescriptor(owning: try check(.fcntl, cl_fcntl(rawValue, cl_F_DUPFD_CLOEXEC, Int(minimum))))
    }

    /// Open, and not by us: all that we open is CLOEXEC.
    public var wasInherited: Bool {
        let flags = cl_fcntl(rawValue, F_GETFD, 0)
        return flags >= 0 && flags & FD_CLOEXEC == 0
    }

    /// Whether it was opened for writing.
    public var isWritable: Bool {
        let flags = cl_fcntl(rawValue, F_GETFL, 0)
        return flags >= 0 && flags & O_ACCMODE != O_RDONLY
    }

    /// Whether reading and writing waits: of the open file description, for all that have it. Man: fcntl(2), O_NONBLOCK.
    public func setBlocking(_ blocks: Bool) throws(KernelError) {
        let flags = try check(.fcntl, cl_fcntl(rawValue, F_GETFL, 0))
        try check(.fcntl, cl_fcntl(rawValue, F_SETFL, Int(blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)))
    }

    /// Waits for something to read; false where the other descriptor became readable first.
    public func waitUntilReadable(or other: borrowing some Descriptor & ~Copyable) throws(KernelError) -> Bool {
        while true {
            // Both are ours for as long as this call takes.
            let answers = try Readiness.answers(for: [
                (FileDescriptor(rawValue: rawValue), .readable), (FileDescriptor(rawValue: other.rawValue), .readable),
            ])
            if answers[0] == .event { return true }
            if answers[1] != .nothing { return false }
        }
    }

    /// Waits for something to read, be it the end; false where the time ran out.
    public func waitUntilReadable(until deadline: Deadline) throws(KernelError) -> Bool {
        try Readiness.wait(for: [(FileDescriptor(rawValue: rawValue), .readable)], until: deadline)[0]
    }

    /// Waits until the kernel tells that a file which was read has new contents, or the time is over.
    public func waitForChange(until deadline: Deadline) throws(KernelError) {
        _ = try Readiness.wait(for: [(FileDescriptor(rawValue: rawValue), .changed)], until: deadline)
    }

    /// The names in a directory, without `.` and `..`.
    public func directoryEntries() throws(KernelError) -> [ByteString] { try directoryEntries { _ in true } }

    /// The names of the directories in a directory, on a file system that tells them apart there, as cgroupfs does.
    public func subdirectories() throws(KernelError) -> [ByteString] { try directoryEntries { $0 == UInt8(DT_DIR) } }

    private func directoryEntries(where includes: (_ type: UInt8) -> Bool) throws(KernelError) -> [ByteString] {
        var names: [ByteString] = []
        let size = 32768
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = try check(.getdents64, cl_getdents64(rawValue, buffer, size))
            if count == 0 { return names }
            var offset = 0
            while offset < count {
                // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name
                let length = Int((buffer + offset + 16).loadUnaligned(as: UInt16.self))
                let name = ByteString((buffer + offset + 19).assumingMemoryBound(to: CChar.self))
                let type = (buffer + offset + 18).load(as: UInt8.self)
                if name != "." && name != ".." && includes(type) { names.append(name) }
                offset += length
            }
        }
    }
}
