/// One line of an id map: `size` ids, counted up from `containerID` inside and from `hostID` outside.
///
/// `hostID` is as seen from the caller's user namespace, the parent of the container's. A range by itself is only what
/// somebody asked for: it is valid as part of an `IDMap`. Source: `Man: user_namespaces(7)`.
public struct IDRange: Sendable, Hashable {
    public var containerID: UInt32
    public var hostID: UInt32
    public var size: UInt32

    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }

    // 64 bits wide, because an unchecked range can end past the last id of 32.
    var containerIDs: Range<UInt64> { UInt64(containerID)..<(UInt64(containerID) + UInt64(size)) }
    var hostIDs: Range<UInt64> { UInt64(hostID)..<(UInt64(hostID) + UInt64(size)) }

    /// The line as the kernel and the helpers read it.
    var line: String { "\(containerID) \(hostID) \(size)\n" }
}

/// How far ids go: the first number that is none.
///
/// 4294967295 is `(uid_t)-1`, which calls like setresuid(2) read as "leave it", and the kernel maps it neither on the
/// inside nor on the outside (EINVAL, observed on 6.18), so `0 0 4294967295` maps everything.
let endOfIDs = UInt64(UInt32.max)
