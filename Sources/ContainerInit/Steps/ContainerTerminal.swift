import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// The process's pseudoterminal, of the container's own devpts. Man: pty(7).
final class ContainerTerminal {
    let controller: OwnedDescriptor
    let peer: OwnedDescriptor

    /// Looked up inside the root. It has to be the device that makes terminals, 5:2, before it is opened, as opening another
    /// may do something already; and the other side is got by descriptor: a path in the container could lead anywhere.
    init(in root: RootDirectory, size: WindowSize?, _ procfs: ProcessFileSystem) throws(KernelError) {
        let found = try Self.find(in: root)
        guard try found.status().isCharacterDevice(5, 2) else { throw KernelError(.open, .operationNotSupportedByDevice, "/dev/pts/ptmx") }
        let opened = try procfs.reopen(found, [.readWrite, .noControllingTerminal])
        let peer = try Terminal.peer(of: opened)
        if let size { try Terminal.setSize(of: opened, size) }
        self.controller = opened
        self.peer = peer
    }

    private static func find(in root: RootDirectory) throws(KernelError) -> OwnedDescriptor {
        do throws(KernelError) { return try root.open("/dev/pts/ptmx", .path) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return try root.open("/dev/ptmx", .path)
        }
    }
}
