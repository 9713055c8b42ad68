import CgroupControl
import IDMapping
import LinuxKernel

/// What the plan depends on beside config.json: probed once, read-only, before anything is decided.
public struct HostFacts: Sendable {
    public var identity: Identity
    public var privilege: Privilege
    /// Our permitted capabilities, as bits by number.
    public var permittedCapabilities: UInt64
    /// The highest capability that the kernel knows.
    public var lastCapability: Int32
    /// Of our own user namespace; nil where it is the initial one.
    public var ownUIDMap: IDMap?
    public var ownGIDMap: IDMap?
    /// In our own user namespace, for good.
    public var setgroupsDenied = false
    /// How the uid map can be written; nil where the container gets no new user namespace.
    public var uidMapWriter: MapWriterFacts?
    public var gidMapWriter: MapWriterFacts?
    /// The maps of a user namespace that is joined, read from the /proc of a process in it; nil where they are not known.
    public var joinedUIDMap: IDMap?
    public var joinedGIDMap: IDMap?
    /// Absolute.
    public var bundle: String
    public var cgroupHierarchies: CgroupHierarchies
    /// Our own.
    public var cgroupMemberships: [CgroupMembership] = []
    /// By their names, those of `linux.netDevices` that are there.
    public var networkDevices: [String: NetworkDeviceFacts] = [:]
    /// Sources of mounts that are block devices.
    public var disks: [String] = []
    /// Namespaces that config.json joins by a path and that we are in ourselves; asked only where sysctls depend on it.
    public var joinedOwnNamespaces: Set<NamespaceKind> = []
    public var hasAppArmor: Bool
    public var hasSELinux: Bool

    public init(
        identity: Identity, privilege: Privilege, permittedCapabilities: UInt64, lastCapability: Int32,
        ownUIDMap: IDMap? = nil, ownGIDMap: IDMap? = nil, uidMapWriter: MapWriterFacts? = nil, gidMapWriter: MapWriterFacts? = nil, joinedUIDMap: IDMap? = nil,
        joinedGIDMap: IDMap? = nil, bundle: String, cgroupHierarchies: CgroupHierarchies, hasAppArmor: Bool = false,
        hasSELinux: Bool = false
    ) {
        self.identity = identity
        self.privilege = privilege
        self.permittedCapabilities = permittedCapabilities
        self.lastCapability = lastCapability
        self.ownUIDMap = ownUIDMap
        self.ownGIDMap = ownGIDMap
        self.uidMapWriter = uidMapWriter
        self.gidMapWriter = gidMapWriter
        self.joinedUIDMap = joinedUIDMap
        self.joinedGIDMap = joinedGIDMap
        self.bundle = bundle
        self.cgroupHierarchies = cgroupHierarchies
        self.hasAppArmor = hasAppArmor
        self.hasSELinux = hasSELinux
    }
}
