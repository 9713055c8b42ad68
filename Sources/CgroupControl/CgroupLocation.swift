import LinuxKernel

/// Where the cgroup of a container lies in each hierarchy, as cgroupfs has it: by `linux.cgroupsPath`, or by default.
///
/// | `cgroupsPath` | lies below |
/// |---|---|
/// | absolute | the mount point of the hierarchy |
/// | relative | the runtime's own cgroup; on version 2 alone the parent of that, for a cgroup that has processes of its own cannot pass controllers on |
/// | absent | the same, with the container's id as its name |
///
/// `..` never leads above what the path lies below. Spec: config-linux.md, "Cgroups Path". Man: cgroups(7).
public struct CgroupLocation: Sendable, Equatable {
    /// The directory in one hierarchy.
    public struct Place: Sendable, Equatable {
        /// One for each controller, `name=…` for a named hierarchy, empty for version 2: the keys of state.json.
        public let keys: [String]
        public let mountPoint: String
        /// Absolute; the mount point or below it.
        public let directory: String
    }

    public let places: [Place]

    init(places: [Place]) { self.places = places }

    /// By key; controllers that are mounted together share a directory.
    public var directories: [String: String] {
        var directories: [String: String] = [:]
        for place in places {
            for key in place.keys { directories[key] = place.directory }
        }
        return directories
    }

    /// Errors: forgivable ones where no hierarchy is mounted, or one does not show our own cgroup.
    public init(_ request: CgroupRequest) throws(CgroupError) {
        let hierarchies = request.hierarchies
        let asked = request.cgroupsPath ?? request.containerID
        guard !asked.utf8.contains(0) else { throw CgroupError("linux.cgroupsPath: a NUL character cannot be part of a path") }
        guard !hierarchies.hierarchies.isEmpty else {
            throw CgroupError("no cgroup hierarchy is mounted", isForgivable: true, hint: "mount cgroup2 on /sys/fs/cgroup")
        }
        let isAbsolute = asked.isAbsolutePath
        let path = asked.pathComponentsResolvingDots.joined(separator: "/")

        var places: [Place] = []
        for hierarchy in hierarchies.hierarchies {
            let base: String
            if isAbsolute {
                base = hierarchy.mountPoint
            } else {
                guard let own = request.memberships.first(where: { $0.controllers == hierarchy.controllers })?.path,
                    let ownDirectory = hierarchy.directory(of: own)
                else {
                    throw CgroupError(
                        "the cgroup file system on \(hierarchy.mountPoint) does not show our own cgroup", isForgivable: true,
                        hint: "mount it again in this cgroup namespace, or give an absolute linux.cgroupsPath")
                }
                base = hierarchies.isUnified ? hierarchy.directory(of: Self.parent(of: own)) ?? ownDirectory : ownDirectory
            }
            places.append(Place(keys: hierarchy.keys, mountPoint: hierarchy.mountPoint, directory: Self.join(base, path)))
        }
        self.places = places
    }

    /// Of a cgroup within its hierarchy, or of its directory on the host.
    static func parent(of cgroup: String) -> String {
        "/" + cgroup.parts(at: "/").dropLast().joined(separator: "/")
    }

    private static func join(_ base: String, _ path: String) -> String {
        if path.isEmpty { return base }
        return base.utf8.last == UInt8(ascii: "/") ? base + path : base + "/" + path
    }
}
