import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import SystemPackage

/// Gives detached mounts their id mappings, by user namespaces that are there for their maps alone.
final class MountIDMapper {
    private let procfs: ProcessFileSystem
    /// Mounts mostly share their maps.
    private var made: [(maps: MountIDMapping.Maps, namespace: SharedDescriptor)] = []

    init(_ procfs: ProcessFileSystem) { self.procfs = procfs }

    func map(_ mount: SharedDescriptor, _ mapping: MountIDMapping) throws(KernelError) {
        try Mounts.mapIDs(mount, as: try namespace(mapping.maps), recursive: mapping.isRecursive)
    }

    private func namespace(_ maps: MountIDMapping.Maps) throws(KernelError) -> SharedDescriptor {
        if let known = made.first(where: { $0.maps == maps }) { return known.namespace }
        let namespace: SharedDescriptor
        switch maps {
        case .namespace(let path): namespace = SharedDescriptor(try FileDescriptor.currentDirectory.open(path, .readOnly))
        case .maps(let uids, let gids): namespace = SharedDescriptor(try make(uids, gids))
        }
        made.append((maps, namespace))
        return namespace
    }

    /// A child makes it, and is only needed until its maps are written: the descriptor keeps the namespace.
    private func make(_ uids: IDMap, _ gids: IDMap) throws(KernelError) -> OwnedDescriptor {
        let life = try Pipe()
        guard let child = try ChildProcess.clone(flags: NamespaceKind.user.flag) else {
            // Our parent's death closes the other end too.
            life.closeWriteEnd()
            do throws(KernelError) { _ = try life.readEnd.readAll() } catch { _exit(1) }
            _exit(0)
        }
        do throws(KernelError) {
            try procfs.write("\(child.pid)/uid_map", uids.text)
            try procfs.write("\(child.pid)/gid_map", gids.text)
            let namespace = try procfs.openNamespace("\(child.pid)", .user)
            try end(child, life)
            return namespace
        } catch {
            try end(child, life)
            throw error
        }
    }

    private func end(_ child: borrowing ChildProcess, _ life: Pipe) throws(KernelError) {
        life.closeWriteEnd()
        _ = try child.wait()
    }
}
