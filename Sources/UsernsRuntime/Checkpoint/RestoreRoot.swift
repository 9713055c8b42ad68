import LinuxKernel
import SystemPackage

/// The root file system, mounted for the time of a restore: CRIU restores only below a mount point, in the mount namespace
/// that its working directory lies in, which is ours.
struct RestoreRoot {
    private static let name = "criu-root"

    private let directory: ContainerDirectory
    var path: String { Self.path(in: directory) }

    init(mounting rootfs: String, in directory: ContainerDirectory) throws(KernelError) {
        self.directory = directory
        try directory.makeDirectory(Self.name, mode: 0o700)
        let copy = try Mounts.copy(of: rootfs, recursive: true)
        // What CRIU mounts below it is nothing for where the files come from.
        try Mounts.setPropagation(copy, .privately, recursive: true)
        try Mounts.attach(copy, on: try directory.open(Self.name, [.path, .directory, .noFollow]))
    }

    func unmount() throws(KernelError) { try Self.unmount(in: directory) }

    /// Also what an interrupted restore has left.
    static func unmount(in directory: ContainerDirectory) throws(KernelError) {
        do throws(KernelError) { _ = try directory.open(name, [.path, .noFollow]) } catch {
            if error.errno == .noSuchFileOrDirectory { return }
            throw error
        }
        do throws(KernelError) { try Mounts.unmount(path(in: directory)) } catch {
            // Not mounted: it was only made.
            guard error.errno == .invalidArgument else { throw error }
        }
        try directory.removeDirectory(name)
    }

    private static func path(in directory: ContainerDirectory) -> String { directory.path + "/" + name }
}
