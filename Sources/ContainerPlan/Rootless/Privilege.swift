/// Who this process is, as far as privilege goes.
public struct Identity: Sendable, Equatable {
    /// In our own user namespace.
    public let effectiveUID: UInt32
    public let effectiveGID: UInt32
    /// Told by the inode of /proc/self/ns/user, never by the contents of uid_map, which a namespace can make look alike.
    public let inInitialUserNamespace: Bool

    /// The inode of the initial user namespace (PROC_USER_INIT_INO).
    public static let initialUserNamespaceInode: UInt64 = 0xEFFF_FFFD

    public init(effectiveUID: UInt32, effectiveGID: UInt32, inInitialUserNamespace: Bool) {
        self.effectiveUID = effectiveUID
        self.effectiveGID = effectiveGID
        self.inInitialUserNamespace = inInitialUserNamespace
    }
}

/// The two booleans that everything else asks instead of geteuid().
public struct Privilege: Sendable, Equatable {
    /// euid ≠ 0 in the current user namespace.
    public let rootlessEUID: Bool
    /// Full access to cgroups is unlikely: their permission errors are forgiven.
    public let rootlessCgroups: Bool

    /// What state.json calls `rootless`.
    public var isRootless: Bool { rootlessEUID && rootlessCgroups }

    public init(rootlessEUID: Bool, rootlessCgroups: Bool) {
        self.rootlessEUID = rootlessEUID
        self.rootlessCgroups = rootlessCgroups
    }

    /// - Parameters:
    ///   - explicit: what `--rootless` says; nil for `auto`.
    ///   - systemdManagerOwner: with `--systemd-cgroup`, the uid that owns the manager (0 where none answers); else nil.
    public init(of identity: Identity, explicit: Bool?, systemdManagerOwner: UInt32?) {
        rootlessEUID = identity.effectiveUID != 0
        if let explicit {
            rootlessCgroups = explicit
        } else if rootlessEUID {
            rootlessCgroups = true
        } else if identity.inInitialUserNamespace {
            rootlessCgroups = false
        } else {
            rootlessCgroups = systemdManagerOwner.map { $0 != 0 } ?? true
        }
    }
}
