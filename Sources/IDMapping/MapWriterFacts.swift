/// Who asks for the map, as seen in the caller's own user namespace, which is the parent of the container's.
public struct MappingCaller: Sendable, Equatable {
    /// What the kernel compares for a map of the caller's own id.
    public var effectiveUID: UInt32
    public var effectiveGID: UInt32
    /// What newuidmap and newgidmap compare: whose process they were started by.
    public var realUID: UInt32
    public var realGID: UInt32
    /// The user's entry in the passwd database; nil where the uid has none.
    public var userName: String?
    public var primaryGID: UInt32?
    /// Effective capabilities.
    public var hasCapSetUID: Bool
    public var hasCapSetGID: Bool
    public var hasCapSetFCap: Bool
    /// `NoNewPrivs` of /proc/self/status.
    public var noNewPrivileges: Bool
    /// /proc/self/setgroups reads `deny`: every user namespace below inherits it.
    public var setgroupsDenied: Bool

    public init(
        effectiveUID: UInt32, effectiveGID: UInt32, realUID: UInt32, realGID: UInt32,
        userName: String?, primaryGID: UInt32?,
        hasCapSetUID: Bool, hasCapSetGID: Bool, hasCapSetFCap: Bool,
        noNewPrivileges: Bool, setgroupsDenied: Bool
    ) {
        self.effectiveUID = effectiveUID
        self.effectiveGID = effectiveGID
        self.realUID = realUID
        self.realGID = realGID
        self.userName = userName
        self.primaryGID = primaryGID
        self.hasCapSetUID = hasCapSetUID
        self.hasCapSetGID = hasCapSetGID
        self.hasCapSetFCap = hasCapSetFCap
        self.noNewPrivileges = noNewPrivileges
        self.setgroupsDenied = setgroupsDenied
    }

    func effectiveID(_ kind: IDKind) -> UInt32 { kind == .uid ? effectiveUID : effectiveGID }
    func realID(_ kind: IDKind) -> UInt32 { kind == .uid ? realUID : realGID }
    func mayMapAnyID(_ kind: IDKind) -> Bool { kind == .uid ? hasCapSetUID : hasCapSetGID }
    /// The user as usermod takes it, or the uid where it has no name.
    var displayName: String { userName ?? "uid \(realUID)" }
}

/// What was found where newuidmap or newgidmap should be.
public struct MapHelperFacts: Sendable, Equatable {
    /// nil where no directory of PATH has it.
    public var path: String?
    /// Has its setuid bit, and is owned by uid 0 of our own user namespace (another owner's bit makes no root).
    public var isSetuidRoot: Bool
    /// Has CAP_SETUID or CAP_SETGID, whichever is its own, as a permitted and effective file capability.
    public var hasFileCapability: Bool
    /// Lies on a mount that takes away both of these.
    public var isOnNosuidMount: Bool
    /// /etc/login.defs has `GRANT_AUX_GROUP_SUBIDS yes`: it serves a caller in another group than the primary one too.
    public var servesOtherGroups: Bool

    public init(
        path: String?, isSetuidRoot: Bool, hasFileCapability: Bool, isOnNosuidMount: Bool, servesOtherGroups: Bool
    ) {
        self.path = path
        self.isSetuidRoot = isSetuidRoot
        self.hasFileCapability = hasFileCapability
        self.isOnNosuidMount = isOnNosuidMount
        self.servesOtherGroups = servesOtherGroups
    }
}

/// All that decides how one map is written: gathered once, before the clone.
public struct MapWriterFacts: Sendable, Equatable {
    public var caller: MappingCaller
    /// Of our own user namespace, of the same kind as the map that is wanted.
    public var ownMap: IDMap
    public var helper: MapHelperFacts
    /// Granted to the caller in the file of the map's kind.
    public var subordinates: SubordinateRanges

    public init(caller: MappingCaller, ownMap: IDMap, helper: MapHelperFacts, subordinates: SubordinateRanges) {
        self.caller = caller
        self.ownMap = ownMap
        self.helper = helper
        self.subordinates = subordinates
    }
}
