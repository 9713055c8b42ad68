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

        /// The directory of a cgroup as /proc/PID/cgroup names it; nil where the mount does not show it.
        public func directory(of cgroup: String) -> String? {
            if root == "/" { return cgroup == "/" ? mountPoint : mountPoint + cgroup }
            if cgroup == root { return mountPoint }
            return cgroup.hasPrefix(root + "/") ? mountPoint + cgroup.dropFirst(root.count) : nil
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
            let names = membership.controllers.split(separator: ",").map(String.init)
            let mount = mounts.last {
                names.isEmpty ? $0.fileSystemType == "cgroup2" : $0.fileSystemType == "cgroup" && names.allSatisfy($0.superOptions.contains)
            }
            if let mount { found.append(Hierarchy(controllers: membership.controllers, mountPoint: mount.mountPoint, root: mount.root)) }
        }
        return CgroupHierarchies(found)
    }
}

/// A line of /proc/PID/cgroup. Man: cgroups(7).
public struct CgroupMembership: Sendable, Equatable {
    /// Empty for version 2.
    public let controllers: String
    public let path: String

    public static func parse(_ text: String) -> [CgroupMembership] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return nil }
            return CgroupMembership(controllers: String(fields[1]), path: String(fields[2]))
        }
    }
}
