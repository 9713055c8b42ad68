import CLinux
import Glibc
import SystemPackage

extension Descriptor where Self: ~Copyable {
    /// Copies what is in a directory, with owners, modes and extended attributes, to another: `self` is the source.
    ///
    /// No link is followed. Devices and sockets are left out, and what the destination cannot have: extended attributes, and
    /// owners that our user namespace does not map, in whose place we are.
    public func copyTree(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        // Each keeps the directory open that it is in, which is closed with the last of them: a tree may be deeper than we may
        // have descriptors.
        var pending: [(parent: SharedDescriptor, copy: SharedDescriptor, name: ByteString)] = []
        func copyDirectory(_ source: consuming OwnedDescriptor, to destination: consuming OwnedDescriptor) throws(KernelError) {
            let directory = SharedDescriptor(source), copy = SharedDescriptor(destination)
            try directory.copyAttributes(to: copy)
            for name in try directory.directoryEntries() where try directory.copyEntry(name, to: copy) == .isDirectory {
                pending.append((directory, copy, name))
            }
        }
        try copyDirectory(open(".", [.readOnly, .directory]), to: destination.open(".", [.readOnly, .directory]))
        while let (parent, copy, name) = pending.popLast() {
            try copy.makeDirectory(name, mode: 0o700)
            try copyDirectory(
                parent.open(name, [.readOnly, .directory, .noFollow]), to: copy.open(name, [.readOnly, .directory, .noFollow]))
        }
    }

    private func copyEntry(_ name: ByteString, to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) -> CopiedEntry {
        let status = try open(name, [.path, .noFollow]).status()
        if status.isDirectory { return .isDirectory }
        if status.isSymbolicLink {
            try destination.makeSymbolicLink(name, to: try readSymbolicLink(name))
            let link = try destination.open(name, [.path, .noFollow])
            try status.copyOwner(to: link)
        } else if status.isRegular {
            let file = try open(name, [.readOnly, .noFollow, .nonBlocking])
            let copy = try destination.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
            try file.copyContents(to: copy)
            try file.copyAttributes(to: copy)
        }
        return .isDone
    }

    /// The owner first: a change of it clears setuid bits.
    private func copyAttributes(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let status = try status()
        try status.copyOwner(to: destination)
        try destination.changeMode(status.mode & 0o7777)
        try copyExtendedAttributes(to: destination)
    }

    /// After the owner, whose change clears file capabilities; after the mode, which is a part of an access control list.
    /// Man: xattr(7)
    private func copyExtendedAttributes(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        for name in try extendedAttributeNames() {
            let value: [UInt8]
            do throws(KernelError) { value = try extendedAttribute(name) } catch {
                // It went away, or is hidden from us.
                guard [.noData, .permissionDenied, .notPermitted, .notSupported].contains(error.errno) else { throw error }
                continue
            }
            do throws(KernelError) { try destination.setExtendedAttribute(name, value) } catch {
                guard [.notSupported, .permissionDenied, .notPermitted].contains(error.errno) else { throw error }
            }
        }
    }

    /// None where the file system has none.
    private func extendedAttributeNames() throws(KernelError) -> [ByteString] {
        let size = cl_flistxattr(rawValue, nil, 0)
        if size == 0 || size == -Int(ENOTSUP) { return [] }
        try check(.flistxattr, size)
        let names = try Self.bytes(size, .flistxattr, "") { cl_flistxattr(rawValue, $0, $1) }
        return names.split(separator: 0).map { ByteString($0) }
    }

    private func extendedAttribute(_ name: ByteString) throws(KernelError) -> [UInt8] {
        let size = try check(.fgetxattr, name.withBytes { cl_fgetxattr(rawValue, $0, nil, 0) }, name.description)
        return try Self.bytes(size, .fgetxattr, name.description) { buffer, size in name.withBytes { cl_fgetxattr(rawValue, $0, buffer, size) } }
    }

    private static func bytes(
        _ size: Int, _ call: KernelCall, _ subject: String, _ read: (UnsafeMutablePointer<UInt8>?, Int) -> Int
    ) throws(KernelError) -> [UInt8] {
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            got = read(buffer.baseAddress, buffer.count)
            count = max(0, got)
        }
        try check(call, got, subject)
        return bytes
    }

    /// All bytes of a regular file. Man: sendfile(2).
    func copyContents(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let size = try status().size
        var offset: off_t = 0
        while Int(offset) < size {
            let sent = try checkErrno(.sendfile, sendfile(destination.rawValue, rawValue, &offset, size - Int(offset)))
            if sent == 0 { throw KernelError(.sendfile, .ioError) }
        }
    }
}

/// What became of an entry: a directory is left to be copied.
private enum CopiedEntry { case isDone, isDirectory }

extension FileStatus {
    /// Each id by itself: one may be mapped where the other is not. Man: user_namespaces(7), "Unmapped user and group IDs".
    fileprivate func copyOwner(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let unchanged = UInt32.max
        for (uid, gid) in [(uid, unchanged), (unchanged, gid)] {
            do throws(KernelError) { try destination.changeOwner(uid: uid, gid: gid) } catch {
                guard error.errno == .invalidArgument else { throw error }
            }
        }
    }
}
