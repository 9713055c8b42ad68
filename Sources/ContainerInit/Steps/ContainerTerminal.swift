import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// The process's pseudoterminal, of the container's own devpts. Man: pty(7).
final class ContainerTerminal {
    let controller: OwnedDescriptor
    let peer: OwnedDescriptor

    /// Opened inside the root. It has to be the device that makes terminals, 5:2, and the other side is got by
    /// descriptor: a path in the container could lead anywhere.
    init(in root: RootDirectory, size: WindowSize?) throws(KernelError) {
        let opened = try Self.open(in: root)
        let status = try opened.status()
        guard status.isCharacterDevice, status.representedMajor == 5, status.representedMinor == 2 else {
            throw KernelError(.open, .operationNotSupportedByDevice, "/dev/pts/ptmx")
        }
        let peer = try Terminal.peer(of: opened)
        if let size { try Terminal.setSize(of: opened, size) }
        self.controller = opened
        self.peer = peer
    }

    private static func open(in root: RootDirectory) throws(KernelError) -> OwnedDescriptor {
        let flags: OpenFlags = [.readWrite, .noControllingTerminal]
        do throws(KernelError) { return try root.open("/dev/pts/ptmx", flags) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return try root.open("/dev/ptmx", flags)
        }
    }
}
