import LinuxKernel

/// The cgroup hierarchies that are mounted. Man: cgroups(7).
public struct CgroupHierarchies: Sendable, Equatable {
    public struct Hierarchy: Sendable, Equatable {
        /// As in /proc/PID/cgroup: `cpu,cpuacct`, `name=systemd`; empty for version 2.
        public let controllers: String
        public let mountPoint: String
        /// The cgroup that the mount point shows: `/`, unless it is a bind mount of a part.
        public let root: String

        public init(controllers: String, mountPoint: String, root: String) {
            self.controllers = controllers
            self.mountPoint = mountPoint
            self.root = root
        }

        /// One for each controller that is mounted here: `cpu` and `cpuacct`, `name=systemd`; the empty one for version 2.
        public var keys: [String] { controllers.parts(at: ",", omittingEmpty: false) }

        /// The directory of a cgroup as /proc/PID/cgroup names it; nil where the mount does not show it.
        public func directory(of cgroup: String) -> String? {
            if cgroup == root { return mountPoint }
            let prefix = root == "/" ? "/" : root + "/"
            guard cgroup.utf8.starts(with: prefix.utf8) else { return nil }
            let rest = String(cgroup[cgroup.utf8.index(cgroup.startIndex, offsetBy: prefix.utf8.count)...])
            // A cgroup outside of our cgroup namespace is named from its root upwards.
            return rest.parts(at: "/").first == ".." ? nil : mountPoint + "/" + rest
        }

        /// What /sys/fs/cgroup calls the directory in which it is mounted.
        public var name: String { String(mountPoint.split(separator: "/").last ?? "cgroup") }
    }

    public let hierarchies: [Hierarchy]

    public init(_ hierarchies: [Hierarchy]) { self.hierarchies = hierarchies }

    /// Version 2 alone.
    public var isUnified: Bool { hierarchies.count == 1 && hierarchies[0].controllers.isEmpty }
    public var unified: Hierarchy? { hierarchies.first { $0.controllers.isEmpty } }

    /// - Parameters:
    ///   - mounts: /proc/self/mountinfo.
    ///   - memberships: /proc/self/cgroup: its names of controllers are the ones that count.
    public static func find(mounts: [MountInfo], memberships: [CgroupMembership]) -> CgroupHierarchies {
        var found: [Hierarchy] = []
        for membership in memberships {
            let names = membership.controllers.parts(at: ",")
            let shown = mounts.indices.lazy.filter {
                let mount = mounts[$0]
                let matches = names.isEmpty
                    ? mount.fileSystemType == "cgroup2" : mount.fileSystemType == "cgroup" && names.allSatisfy(mount.superOptions.contains)
                return matches && !isCovered($0, in: mounts)
            }.map { Hierarchy(controllers: membership.controllers, mountPoint: mounts[$0].mountPoint, root: mounts[$0].root) }
            // Other mounts may show parts of the hierarchy, such as those of containers: ours shows our own cgroup.
            if let mount = shown.first(where: { $0.directory(of: membership.path) != nil }) ?? shown.first { found.append(mount) }
        }
        return CgroupHierarchies(found)
    }

    /// Whether a later mount lies on the mount point, or on a directory above it.
    private static func isCovered(_ index: Int, in mounts: [MountInfo]) -> Bool {
        let mountPoint = mounts[index].mountPoint
        return mounts[(index + 1)...].contains { mountPoint == $0.mountPoint || mountPoint.utf8.starts(with: ($0.mountPoint == "/" ? "/" : $0.mountPoint + "/").utf8) }
    }
}

/// A line of /proc/PID/cgroup. Man: cgroups(7).
public struct CgroupMembership: Sendable, Equatable {
    /// Empty for version 2.
    public let controllers: String
    public let path: String

    public static func parse(_ text: String) -> [CgroupMembership] {
        text.parts(at: "\n").compactMap { line in
            // Colons of its own belong to the path.
            let fields = line.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            return CgroupMembership(controllers: String(decoding: fields[1], as: UTF8.self), path: String(decoding: fields[2], as: UTF8.self))
        }
    }
}
