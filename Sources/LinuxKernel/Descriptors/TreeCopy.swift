import CLinux
import Glibc
import SystemPackage

extension Descriptor where Self: ~Copyable {
    /// Copies what is in a directory, with owners and modes, to another: `self` is the source.
    ///
    /// No link is followed. Devices and sockets are left out, and extended attributes too.
    public func copyTree(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        try copyAttributes(to: destination)
        for name in try directoryEntries() { try copyEntry(name, to: destination) }
    }

    private func copyEntry(_ name: String, to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let status = try open(name, [.path, .noFollow]).status()
        if status.isSymbolicLink {
            try destination.makeSymbolicLink(name, to: try readSymbolicLink(name))
            let link = try destination.open(name, [.path, .noFollow])
            try link.changeOwner(uid: status.uid, gid: status.gid)
        } else if status.isDirectory {
            try destination.makeDirectory(name, mode: 0o700)
            let directory = try destination.open(name, [.readOnly, .directory, .noFollow])
            try open(name, [.readOnly, .directory, .noFollow]).copyTree(to: directory)
        } else if status.isRegular {
            let file = try open(name, [.readOnly, .noFollow, .nonBlocking])
            let copy = try destination.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: 0o600)
            try file.copyContents(to: copy)
            try file.copyAttributes(to: copy)
        }
    }

    /// The owner first: a change of it clears setuid bits.
    private func copyAttributes(to destination: borrowing some Descriptor & ~Copyable) throws(KernelError) {
        let status = try status()
        try destination.changeOwner(uid: status.uid, gid: status.gid)
        try destination.changeMode(status.mode & 0o7777)
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
