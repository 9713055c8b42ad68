import LinuxKernel

/// The mounts of a container that come from the host: a dump leaves them out, a restore puts the bundle's in their place.
///
/// Told from what is mounted, not from what was configured: where the kernel refused a new file system the host's own may
/// be in its place. A mount is the host's where its file system is mounted on the host too, but for a directory of the
/// container's own root. So are control groups, whoever mounted them: the new container has others. What the container has
/// mounted on a mount of the host's is its own nevertheless.
public enum ExternalMounts {
    /// The mount points in the container, oldest first. They are the keys as well.
    public static func find(container: [MountInfo], host: [MountInfo]) -> [String] {
        guard let root = container.first(where: { $0.mountPoint == "/" }) else { return [] }
        let hostDevices = Set(host.map(\.device))
        var found: [String] = []
        for mount in container where mount.id != root.id {
            let isControlGroup = mount.fileSystemType == "cgroup" || mount.fileSystemType == "cgroup2"
            let isOfRoot = mount.device == root.device && isPath(mount.root, below: root.root)
            let isOfHost = hostDevices.contains(mount.device) && !isOfRoot
            guard isOfHost || isControlGroup else { continue }
            found.append(mount.mountPoint)
        }
        return found
    }

    public static func isPath(_ path: String, below directory: String) -> Bool {
        path == directory || path.utf8.starts(with: (directory == "/" ? "/" : directory + "/").utf8)
    }
}
