/// One run of the host's ids that a user was granted.
public struct SubordinateRange: Sendable, Hashable {
    public let start: UInt32
    public let count: UInt32

    public init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    var hostIDs: Range<UInt64> { UInt64(start)..<(UInt64(start) + UInt64(count)) }
}

/// All that a user was granted in /etc/subuid or /etc/subgid, ascending, with adjacent and overlapping runs made one.
///
/// Ascending, whatever the order of the lines, because Podman assigns them so: the same user gets the same map here.
/// Source: `Man: subuid(5)`, and `podman unshare` on Debian 12.
public struct SubordinateRanges: Sendable, Equatable {
    public let ranges: [SubordinateRange]

    /// Merges ranges in any order; those of no id vanish, and what reaches past the last id is cut off.
    public init(_ ranges: [SubordinateRange] = []) {
        self.init(merging: ranges.map(\.hostIDs))
    }

    init(merging spans: [Range<UInt64>]) {
        var merged: [Range<UInt64>] = []
        let usable = spans.map { $0.clamped(to: 0..<endOfIDs) }.filter { !$0.isEmpty }
        for span in usable.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, span.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        ranges = merged.map { SubordinateRange(start: UInt32($0.lowerBound), count: UInt32($0.count)) }
    }

    public var isEmpty: Bool { ranges.isEmpty }

    /// The first id of `size` from `hostID` up that was not granted; nil where all were.
    func firstMissing(hostID: UInt32, size: UInt32) -> UInt32? {
        let wanted = UInt64(hostID)..<(UInt64(hostID) + UInt64(size))
        // Merged, two runs never continue each other: what does not end in the run it starts in is missing there.
        guard let run = ranges.first(where: { $0.hostIDs.contains(wanted.lowerBound) }) else { return hostID }
        return run.hostIDs.upperBound >= wanted.upperBound ? nil : UInt32(run.hostIDs.upperBound)
    }

    /// Only what our own user namespace has: inside a container /etc/subuid often grants ids that it lacks.
    func within(_ ownMap: IDMap) -> SubordinateRanges {
        SubordinateRanges(merging: ranges.flatMap { granted in
            ownMap.ranges.map { granted.hostIDs.clamped(to: $0.containerIDs) }
        })
    }

    /// The map that gives `user` all ids there are: container id 0 is the caller's own id, then from 1 up the ranges.
    ///
    /// `ownID` and the ranges are of the caller's user namespace, whose map is `ownMap`; what it lacks of the ranges is
    /// left out. Stops at the last id and at the kernel's limits of lines and bytes; an own id that lies in a range is
    /// mapped once. Throws where nothing was granted, or nothing of it is in our user namespace.
    public func map(ownID: UInt32, kind: IDKind, user: String, ownMap: IDMap) throws(IDMapError) -> IDMap {
        guard let first = ranges.first else { throw .noneGranted(kind, user: user) }
        let usable = within(ownMap)
        guard !usable.ranges.isEmpty else { throw .hostIDNotOurs(kind, hostID: first.start) }
        return IDMap(trusting: usable.lines(ownID: ownID), kind: kind)
    }

    private func lines(ownID: UInt32) -> [IDRange] {
        let own = UInt64(ownID)..<(UInt64(ownID) + 1)
        let others = ranges.flatMap { range in
            [range.hostIDs.clamped(to: 0..<own.lowerBound), range.hostIDs.clamped(to: own.upperBound..<UInt64.max)]
        }
        var lines = [IDRange(containerID: 0, hostID: ownID, size: 1)]
        var textBytes = lines[0].line.utf8.count
        var nextContainerID: UInt64 = 1
        for span in others where !span.isEmpty && nextContainerID < endOfIDs {
            let size = min(UInt64(span.count), endOfIDs - nextContainerID)
            let next = IDRange(
                containerID: UInt32(nextContainerID), hostID: UInt32(span.lowerBound), size: UInt32(size))
            textBytes += next.line.utf8.count
            guard lines.count < IDMap.maximumRanges, textBytes <= IDMap.maximumTextBytes else { break }
            lines.append(next)
            nextContainerID += size
        }
        return lines
    }
}
