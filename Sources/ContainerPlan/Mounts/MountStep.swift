import IDMapping
import LinuxKernel

/// One mount, decided: what is mounted where, and what is done where the kernel refuses it.
public struct MountStep: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        /// A copy of a mount of the host: `sources[index]` of the plan.
        case bind(source: Int)
        case fileSystem(type: String, source: String?, options: [FileSystemOption])
        /// The file system of a disk: `sources[index]` of the plan.
        case disk(source: Int)
        /// Other attributes, or other options, for what is mounted there already.
        case remount(options: [FileSystemOption])
        /// A tmpfs with a copy of the mount of each of the container's own cgroups.
        case cgroupTmpfs
        /// cgroup2: with `fresh` as the container's cgroup namespace shows it; else, or where refused, a copy of its own cgroup.
        case cgroup2(fresh: Bool)
    }

    /// Where a new instance of a file system is refused, the host's own may do: the container shares that namespace.
    public enum Fallback: Sendable, Equatable {
        case none
        case bind(source: Int)
    }

    /// In the container.
    public let destination: String
    public let content: Content
    public let options: MountOptions
    public let fallback: Fallback
    /// SELinux's for the root directory, of a file system that takes none when it is mounted.
    public let rootLabel: String?
    /// `mounts[3] (proc on /proc)`.
    public let name: String

    public init(destination: String, content: Content, options: MountOptions, fallback: Fallback = .none, rootLabel: String? = nil, name: String) {
        self.destination = destination
        self.content = content
        self.options = options
        self.fallback = fallback
        self.rootLabel = rootLabel
        self.name = name
    }

    /// A read-only tmpfs begins empty: what is mounted or made in it needs a place there, so it is made read-only with the root.
    public var becomesReadOnly: Bool {
        guard options.set.contains(.readOnly) else { return false }
        return switch content {
        case .fileSystem(let type, _, _): type == "tmpfs"
        case .cgroupTmpfs: true
        case .bind, .disk, .remount, .cgroup2: false
        }
    }
}

extension [MountStep] {
    /// Whether what comes to be the container's /dev is one with a directory of the host's, or with the kernel's own: nothing
    /// is made in there, and nothing replaced. By what is mounted, and not by how the configuration spells it.
    var shareDev: Bool {
        for step in reversed() where step.destination.pathComponentsResolvingDots == ["dev"] {
            switch step.content {
            case .remount: continue
            case .bind: return true
            case .fileSystem(let type, _, _): return type == "devtmpfs"
            case .disk, .cgroupTmpfs, .cgroup2: return false
            }
        }
        return false
    }
}

/// A mount of the host that is copied, or a file system that is opened, detached, before anything of the container's is in the way.
public struct MountSource: Sendable, Equatable {
    /// Absolute, in the runtime's mount namespace.
    public let path: String
    public let recursive: Bool
    /// The source is only there for a mount that may not need it: that it cannot be opened is no error yet.
    public let optional: Bool
    public let idMapping: MountIDMapping?
    /// What lies on the disk at the path is mounted, and not what is there copied.
    public let disk: Disk?

    /// Opened by the runtime, as the container's cgroup may not let init open the device.
    public struct Disk: Sendable, Equatable {
        public let type: String
        public let options: [FileSystemOption]
        /// Of the mount.
        public let name: String

        public init(type: String, options: [FileSystemOption], name: String) {
            self.type = type
            self.options = options
            self.name = name
        }
    }

    public init(path: String, recursive: Bool, optional: Bool = false, idMapping: MountIDMapping? = nil, disk: Disk? = nil) {
        self.path = path
        self.recursive = recursive
        self.optional = optional
        self.idMapping = idMapping
        self.disk = disk
    }
}

/// Which ids the files of a mount show: on disk `containerID`, in the mount `hostID`. Man: mount_setattr(2), "ID-mapped mounts"
public struct MountIDMapping: Sendable, Equatable {
    /// The kernel takes the maps from a user namespace.
    public enum Maps: Sendable, Equatable {
        /// Of one that is made for nothing else.
        case maps(uids: IDMap, gids: IDMap)
        /// Of the one that the container joins.
        case namespace(path: String)
    }

    public let maps: Maps
    /// All below the mount is mapped too.
    public let isRecursive: Bool

    public init(_ maps: Maps, isRecursive: Bool) {
        self.maps = maps
        self.isRecursive = isRecursive
    }
}

/// Who opens the sources of bind mounts.
public enum SourceOpener: Sendable, Equatable {
    /// Init, before it becomes another user: it reaches what the caller reaches.
    case initProcess
    /// The runtime, before the clone: in a user namespace init lacks the runtime's capabilities, and with them the way
    /// through directories of other users, and the right to map ids. A detached copy may cross namespaces; a descriptor
    /// of a path may not.
    case runtime
}
