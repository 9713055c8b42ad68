/// A map between the ids of a user namespace and those of its parent, in the order in which its lines were given.
///
/// Each limit checked here was seen on Linux 6.18 by writing to /proc/PID/uid_map as root: EINVAL for no line, a size
/// of 0, an end past 4294967295 or an overlap on either side, the 341st line and the 4096th byte. The whole map has to
/// arrive in one write(2). Source: `Man: user_namespaces(7)`.
public struct IDMap: Sendable, Equatable {
    /// The kernel's limit of lines (since Linux 4.15; 5 before).
    public static let maximumRanges = 340
    /// The kernel refuses a write of a page or more, and 4096 is the smallest page.
    public static let maximumTextBytes = 4095

    public let kind: IDKind
    public let ranges: [IDRange]

    /// Checks what config.json asks for; throws the first thing that the kernel would refuse, naming the field.
    public init(validating ranges: [IDRange], kind: IDKind) throws(IDMapError) {
        guard !ranges.isEmpty else { throw .empty(kind) }
        guard ranges.count <= Self.maximumRanges else { throw .tooManyRanges(kind, count: ranges.count) }
        for (index, range) in ranges.enumerated() {
            guard range.size > 0 else { throw .zeroSize(kind, index: index) }
            guard range.containerIDs.upperBound <= endOfIDs else { throw .pastLastID(kind, index: index, .containerID) }
            guard range.hostIDs.upperBound <= endOfIDs else { throw .pastLastID(kind, index: index, .hostID) }
        }
        for side in IDSide.allCases {
            if let overlap = Self.firstOverlap(of: ranges.map { side.ids(of: $0) }) {
                throw .overlap(kind, index: overlap.later, with: overlap.earlier, side, id: overlap.id)
            }
        }
        self.init(trusting: ranges, kind: kind)
        let bytes = text.utf8.count
        guard bytes <= Self.maximumTextBytes else { throw .textTooLong(kind, bytes: bytes) }
    }

    /// A map that is known to hold the rules, or that the kernel itself showed.
    init(trusting ranges: [IDRange], kind: IDKind) {
        self.ranges = ranges
        self.kind = kind
    }

    /// What to write to uid_map or gid_map, in one write(2).
    public var text: String { ranges.map(\.line).joined() }

    /// What newuidmap and newgidmap take after the pid: three arguments a line.
    public var helperArguments: [String] {
        ranges.flatMap { ["\($0.containerID)", "\($0.hostID)", "\($0.size)"] }
    }

    /// The id outside of an id inside; nil where the map has none.
    public func hostID(forContainer containerID: UInt32) -> UInt32? {
        line(of: containerID, .containerID).map { $0.hostID + (containerID - $0.containerID) }
    }

    /// The id inside of an id outside; nil where the map has none: files of such an owner show as the overflow id.
    public func containerID(forHost hostID: UInt32) -> UInt32? {
        line(of: hostID, .hostID).map { $0.containerID + (hostID - $0.hostID) }
    }

    public func contains(containerID: UInt32) -> Bool { line(of: containerID, .containerID) != nil }

    /// Throws unless the map has the id inside, which `field` (`process.user.uid`, a mount's `gid=5`) asks for.
    public func require(containerID: UInt32, field: String) throws(IDMapError) {
        guard contains(containerID: containerID) else {
            throw .containerIDNotMapped(kind, containerID: containerID, field: field)
        }
    }

    /// Whether both map the same ids to the same ids, however their lines are cut and ordered.
    public func isSame(as other: IDMap) -> Bool { spans == other.spans }

    /// In the order of the ids inside, what continues a line made one with it.
    private var spans: [IDRange] {
        ranges.sorted { $0.containerID < $1.containerID }.reduce(into: []) { spans, range in
            if let last = spans.last, last.containerIDs.upperBound == range.containerID, last.hostIDs.upperBound == range.hostID {
                spans[spans.count - 1].size += range.size
            } else {
                spans.append(range)
            }
        }
    }

    private func line(of id: UInt32, _ side: IDSide) -> IDRange? {
        ranges.first { side.ids(of: $0).contains(UInt64(id)) }
    }

    /// The first id that two spans share, in the order of ids, with the places of the two in the list.
    private static func firstOverlap(of spans: [Range<UInt64>]) -> (earlier: Int, later: Int, id: UInt32)? {
        let order = spans.indices.sorted { spans[$0].lowerBound < spans[$1].lowerBound }
        // Up to the first overlap the spans are disjoint, so only neighbours can be the first to overlap.
        for (lower, upper) in zip(order, order.dropFirst()) where spans[upper].lowerBound < spans[lower].upperBound {
            return (min(lower, upper), max(lower, upper), UInt32(spans[upper].lowerBound))
        }
        return nil
    }
}

/// The two sides of a map's line, named as config.json names them.
public enum IDSide: String, Sendable, CaseIterable {
    case containerID, hostID

    func ids(of range: IDRange) -> Range<UInt64> {
        switch self {
        case .containerID: range.containerIDs
        case .hostID: range.hostIDs
        }
    }
}
