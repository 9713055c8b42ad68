/// How one map gets into the kernel: decided before the clone, from facts alone.
///
/// The uid map and the gid map are decided each by itself: one may be written directly and the other by its helper.
public struct MapWriting: Sendable, Equatable {
    public enum Writer: Sendable, Equatable {
        /// We write `map.text` to /proc/PID/uid_map or gid_map.
        case direct
        /// We run `path PID` followed by `map.helperArguments`.
        case helper(path: String)
    }

    /// The map to write: the wanted one, cut where our own map has a seam (`IDMap.placed`).
    public let map: IDMap
    public let writer: Writer
    /// Whether we have to write `deny` to /proc/PID/setgroups before the map.
    public let deniesSetgroupsFirst: Bool
    /// Whether setgroups(2) works in the container once the map is written. Of a gid map; a uid map has no say in it.
    public let setgroupsAllowedAfter: Bool

    /// Finds the way to write `map`, or throws why there is none. The rules, first match wins:
    ///
    /// | the map | the caller | written |
    /// |---|---|---|
    /// | has a host id that our user namespace lacks | anyone | refused |
    /// | has host uid 0 | CAP_SETUID or uid 0, but no CAP_SETFCAP | refused |
    /// | any | CAP_SETUID (CAP_SETGID) | directly |
    /// | one line of size 1, the caller's own effective id | anyone | directly, for a gid after `deny` to setgroups |
    /// | any other | whoever the helper serves | by the helper |
    ///
    /// CAP_SETFCAP, since Linux 5.12, as a file given capabilities by uid 0 inside would hold them outside as well.
    /// Source: `Man: user_namespaces(7)`; each row seen on Linux 6.18.
    public init(of wanted: IDMap, facts: MapWriterFacts) throws(IDMapError) {
        let kind = wanted.kind
        let caller = facts.caller
        map = try wanted.placed(within: facts.ownMap)

        let isOwnIDOnly = map.ranges.count == 1 && map.ranges[0].size == 1
            && map.ranges[0].hostID == caller.effectiveID(kind)
        let mayMapAnyID = caller.mayMapAnyID(kind)
        if kind == .uid, map.containerID(forHost: 0) != nil, !caller.hasCapSetFCap, mayMapAnyID || isOwnIDOnly {
            throw .hostRootNeedsCapSetFCap
        }

        writer = mayMapAnyID || isOwnIDOnly ? .direct : .helper(path: try Self.usableHelper(for: map, facts: facts))
        // Without privilege over gids the kernel wants setgroups denied for good: leaving a group could open what was
        // closed to that group (CVE-2014-8989). newgidmap writes `deny` too, but not for a map that has a granted
        // range, and one without is one's own gid, written directly.
        deniesSetgroupsFirst = kind == .gid && writer == .direct && !mayMapAnyID
        setgroupsAllowedAfter = !deniesSetgroupsFirst && !caller.setgroupsDenied
    }

    /// The helper's path, if it exists, will have its privilege, and will accept this caller and this map.
    private static func usableHelper(for map: IDMap, facts: MapWriterFacts) throws(IDMapError) -> String {
        let (kind, caller, helper) = (map.kind, facts.caller, facts.helper)
        guard let path = helper.path else { throw .helperMissing(kind) }
        guard !helper.isOnNosuidMount else { throw .helperOnNosuidMount(kind, path: path) }
        guard helper.isSetuidRoot || helper.hasFileCapability else { throw .helperUnprivileged(kind, path: path) }
        guard !caller.noNewPrivileges else { throw .noNewPrivileges(kind) }

        // The helper looks its caller up by real uid, and wants the real gid to be that entry's own ("Target process is
        // owned by a different user"), which it is not after newgrp(1) or sg(1), unless login.defs says otherwise.
        guard caller.userName != nil, let primaryGID = caller.primaryGID else {
            throw .callerUnknown(kind, uid: caller.realUID)
        }
        guard caller.realGID == primaryGID || helper.servesOtherGroups else {
            throw .callerInOtherGroup(kind, realGID: caller.realGID, primaryGID: primaryGID)
        }

        for range in map.ranges where !(range.size == 1 && range.hostID == caller.realID(kind)) {
            if let missing = facts.subordinates.firstMissing(hostID: range.hostID, size: range.size) {
                throw .notGranted(
                    kind, user: caller.displayName, range: range, firstMissing: missing, granted: facts.subordinates)
            }
        }
        return path
    }

    /// Throws for an additional gid that the container's process can't have. Of the writing of a gid map.
    public func require(additionalGIDs: [UInt32]) throws(IDMapError) {
        for gid in additionalGIDs {
            try map.require(containerID: gid, field: "process.user.additionalGids")
            guard setgroupsAllowedAfter else { throw .setgroupsDenied(gid: gid) }
        }
    }
}
