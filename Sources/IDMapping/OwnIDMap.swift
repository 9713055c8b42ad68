// Our own user namespace's map: which ids there are for us to hand on, where we run nested.

extension IDMap {
    /// Reads /proc/self/uid_map or gid_map. Here `containerID` is an id of our own user namespace, and `hostID` what
    /// our parent calls it. A namespace whose map is not written yet reads as no line at all: it maps nothing.
    public init(procText: String, kind: IDKind) throws(IDMapError) {
        var ranges: [IDRange] = []
        for line in procText.utf8.split(separator: UInt8(ascii: "\n")) {
            let numbers = line.split(separator: UInt8(ascii: " ")).map { UInt32(Substring($0)) }
            let malformed = IDMapError.malformedProcText(kind, line: String(Substring(line)))
            guard numbers.count == 3, let inside = numbers[0], let outside = numbers[1], let size = numbers[2] else {
                throw malformed
            }
            let range = IDRange(containerID: inside, hostID: outside, size: size)
            guard range.containerIDs.upperBound <= endOfIDs, range.hostIDs.upperBound <= endOfIDs else {
                throw malformed
            }
            ranges.append(range)
        }
        self.init(trusting: ranges, kind: kind)
    }

    /// The same map with each line cut where it crosses from one line of `ownMap` into the next.
    ///
    /// The kernel looks each line up in one line of the parent's map, and answers EPERM for one that spans two, even
    /// where they continue each other (seen on 6.18). Throws for a host id that our user namespace does not have.
    public func placed(within ownMap: IDMap) throws(IDMapError) -> IDMap {
        var pieces: [IDRange] = []
        for range in ranges {
            var offset: UInt32 = 0
            while offset < range.size {
                let hostID = range.hostID + offset
                guard let parent = ownMap.ranges.first(where: { $0.containerIDs.contains(UInt64(hostID)) }) else {
                    throw .hostIDNotOurs(kind, hostID: hostID)
                }
                let end = min(range.hostIDs.upperBound, parent.containerIDs.upperBound)
                let size = UInt32(end - UInt64(hostID))
                pieces.append(IDRange(containerID: range.containerID + offset, hostID: hostID, size: size))
                offset += size
            }
        }
        // Cutting can make more lines than the kernel takes.
        return try IDMap(validating: pieces, kind: kind)
    }
}
