import IDMapping

/// Whether a container could write our own executable, through /proc/PID/exe of a process of ours that it sees
/// (CVE-2019-5736), and so whether we first go on from a copy or a mount that cannot be written.
public struct ExecutableFacts: Sendable, Equatable {
    /// A memfd sealed against writing.
    public let isSealed: Bool
    /// Run through a mount that is read-only.
    public let isOnReadOnlyMount: Bool
    /// As seen from our own user namespace.
    public let ownerUID: UInt32
    public let ownerGID: UInt32
    public let groupMayWrite: Bool
    public let othersMayWrite: Bool

    public init(isSealed: Bool, isOnReadOnlyMount: Bool, ownerUID: UInt32, ownerGID: UInt32, groupMayWrite: Bool, othersMayWrite: Bool) {
        self.isSealed = isSealed
        self.isOnReadOnlyMount = isOnReadOnlyMount
        self.ownerUID = ownerUID
        self.ownerGID = ownerGID
        self.groupMayWrite = groupMayWrite
        self.othersMayWrite = othersMayWrite
    }

    /// - Parameters:
    ///   - uidMap: of the container's user namespace, its host side in ours; nil where it has none of its own, or
    ///     where it is not known.
    public func needsProtection(uidMap: IDMap?, gidMap: IDMap?) -> Bool {
        if isSealed || isOnReadOnlyMount { return false }
        guard let uidMap, let gidMap else { return true }
        // An owner inside the map may write, or give itself the permission; so may its root by CAP_FOWNER.
        if uidMap.containerID(forHost: ownerUID) != nil { return true }
        if othersMayWrite { return true }
        return groupMayWrite && gidMap.containerID(forHost: ownerGID) != nil
    }
}
