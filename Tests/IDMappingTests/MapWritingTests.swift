import Testing

@testable import IDMapping

/// Alice, uid and gid 1000, with 100000-165535, and Debian's uidmap installed.
private let alice = MappingCaller(
    effectiveUID: 1000, effectiveGID: 1000, realUID: 1000, realGID: 1000, userName: "alice", primaryGID: 1000,
    hasCapSetUID: false, hasCapSetGID: false, hasCapSetFCap: false, noNewPrivileges: false, setgroupsDenied: false)
private let installed = MapHelperFacts(
    path: "/usr/bin/helper", isSetuidRoot: true, hasFileCapability: false, isOnNosuidMount: false,
    servesOtherGroups: false)
private let ordinary = MapWriterFacts(
    caller: alice, ownMap: everything, helper: installed, subordinates: granted((100_000, 65536)))

private let ownID = [line(0, 1000, 1)]
private let ownAndRange = [line(0, 1000, 1), line(1, 100_000, 65536)]

extension MapWriterFacts {
    fileprivate func with(_ change: (inout MapWriterFacts) -> Void) -> MapWriterFacts {
        var facts = self
        change(&facts)
        return facts
    }

    fileprivate var asRoot: MapWriterFacts {
        with {
            $0.caller = MappingCaller(
                effectiveUID: 0, effectiveGID: 0, realUID: 0, realGID: 0, userName: "root", primaryGID: 0,
                hasCapSetUID: true, hasCapSetGID: true, hasCapSetFCap: true, noNewPrivileges: false,
                setgroupsDenied: false)
            $0.subordinates = SubordinateRanges()
        }
    }
}

private let root = ordinary.asRoot
/// Root of a user namespace of one id, as `unshare -Ur` makes it.
private let rootOfOneID = root.with {
    $0.ownMap = IDMap(trusting: [line(0, 1000, 1)], kind: .uid)
    $0.caller.setgroupsDenied = true
}
private let noHelper = MapHelperFacts(
    path: nil, isSetuidRoot: false, hasFileCapability: false, isOnNosuidMount: false, servesOtherGroups: false)

/// The answer to one row: who writes, whether after our `deny`, and whether setgroups works afterwards.
private struct Answer: Sendable, Equatable {
    let writer: MapWriting.Writer
    let denies: Bool
    let setgroups: Bool
    static let helper = MapWriting.Writer.helper(path: "/usr/bin/helper")
}

@Suite struct MapWritingTests {
    private static let rows: [(IDKind, [IDRange], MapWriterFacts, Answer)] = [
        // One's own id takes no privilege, nor any helper.
        (.uid, ownID, ordinary, Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, ownID, ordinary, Answer(writer: .direct, denies: true, setgroups: false)),
        (.uid, [line(42, 1000, 1)], ordinary, Answer(writer: .direct, denies: false, setgroups: true)),
        (.uid, ownID, ordinary.with { $0.helper = noHelper }, Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, ownID, ordinary.with { $0.caller.noNewPrivileges = true }, Answer(writer: .direct, denies: true, setgroups: false)),
        // After sg(1) the own gid is the effective one, whatever the passwd entry says.
        (.gid, [line(0, 50, 1)], ordinary.with { $0.caller.effectiveGID = 50; $0.caller.realGID = 50 },
            Answer(writer: .direct, denies: true, setgroups: false)),

        // More takes the helper.
        (.uid, ownAndRange, ordinary, Answer(writer: Answer.helper, denies: false, setgroups: true)),
        (.gid, ownAndRange, ordinary, Answer(writer: Answer.helper, denies: false, setgroups: true)),
        (.gid, [line(0, 100_000, 1)], ordinary, Answer(writer: Answer.helper, denies: false, setgroups: true)),
        (.uid, [line(0, 165_535, 1)], ordinary, Answer(writer: Answer.helper, denies: false, setgroups: true)),
        (.uid, ownAndRange, ordinary.with { $0.helper.isSetuidRoot = false; $0.helper.hasFileCapability = true },
            Answer(writer: Answer.helper, denies: false, setgroups: true)),
        (.uid, ownAndRange, ordinary.with { $0.caller.realGID = 50; $0.helper.servesOtherGroups = true },
            Answer(writer: Answer.helper, denies: false, setgroups: true)),
        // A user may have been granted host uid 0: the helper has CAP_SETFCAP then.
        (.uid, [line(0, 1000, 1), line(1, 0, 1)], ordinary.with { $0.subordinates = granted((0, 1)) },
            Answer(writer: Answer.helper, denies: false, setgroups: true)),
        // In a namespace that denies setgroups nothing below may.
        (.gid, ownAndRange, ordinary.with { $0.caller.setgroupsDenied = true },
            Answer(writer: Answer.helper, denies: false, setgroups: false)),

        // Root writes anything that its namespace has.
        (.uid, [line(0, 0, .max)], root, Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, [line(0, 100_000, 65536)], root.with { $0.helper = noHelper }, Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, [line(0, 0, 1)], root, Answer(writer: .direct, denies: false, setgroups: true)),
        (.uid, [line(5, 0, 1)], rootOfOneID, Answer(writer: .direct, denies: false, setgroups: false)),
        (.gid, [line(0, 0, 1)], rootOfOneID, Answer(writer: .direct, denies: false, setgroups: false)),
        // CAP_SETFCAP is asked for host uid 0 only, and for no gid.
        (.uid, [line(0, 1, 10)], root.with { $0.caller.hasCapSetFCap = false }, Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, [line(0, 0, 10)], root.with { $0.caller.hasCapSetFCap = false }, Answer(writer: .direct, denies: false, setgroups: true)),
        // The two capabilities are two: with one of them the other map is an unprivileged user's.
        (.uid, ownAndRange, ordinary.with { $0.caller.hasCapSetUID = true; $0.helper = noHelper },
            Answer(writer: .direct, denies: false, setgroups: true)),
        (.gid, ownID, ordinary.with { $0.caller.hasCapSetUID = true }, Answer(writer: .direct, denies: true, setgroups: false)),
        (.gid, ownAndRange, ordinary.with { $0.caller.hasCapSetUID = true }, Answer(writer: Answer.helper, denies: false, setgroups: true)),
    ]

    @Test(arguments: rows.indices) func written(_ row: Int) throws {
        let (kind, lines, facts, answer) = Self.rows[row]
        let writing = try MapWriting(of: IDMap(validating: lines, kind: kind), facts: facts)
        #expect(
            Answer(writer: writing.writer, denies: writing.deniesSetgroupsFirst, setgroups: writing.setgroupsAllowedAfter)
                == answer)
        #expect(writing.map.ranges == lines)
    }

    private static let refusals: [(IDKind, [IDRange], MapWriterFacts, IDMapError)] = [
        (.uid, ownAndRange, ordinary.with { $0.helper = noHelper }, .helperMissing(.uid)),
        (.gid, ownAndRange, ordinary.with { $0.helper = noHelper }, .helperMissing(.gid)),
        (.uid, [line(0, 1000, 1), line(1, 1001, 1)], ordinary.with { $0.helper = noHelper }, .helperMissing(.uid)),
        (.uid, [line(0, 1001, 1)], ordinary.with { $0.helper = noHelper }, .helperMissing(.uid)),
        (.uid, [line(0, 1000, 2)], ordinary.with { $0.helper = noHelper }, .helperMissing(.uid)),
        (.gid, ownAndRange, ordinary.with { $0.caller.hasCapSetUID = true; $0.helper = noHelper }, .helperMissing(.gid)),
        (.uid, ownAndRange, ordinary.with { $0.helper.isSetuidRoot = false }, .helperUnprivileged(.uid, path: "/usr/bin/helper")),
        (.uid, ownAndRange, ordinary.with { $0.helper.isOnNosuidMount = true }, .helperOnNosuidMount(.uid, path: "/usr/bin/helper")),
        (.uid, ownAndRange, ordinary.with { $0.caller.noNewPrivileges = true }, .noNewPrivileges(.uid)),
        (.uid, ownAndRange, ordinary.with { $0.caller.userName = nil; $0.caller.primaryGID = nil }, .callerUnknown(.uid, uid: 1000)),
        (.uid, ownAndRange, ordinary.with { $0.caller.realGID = 50 }, .callerInOtherGroup(.uid, realGID: 50, primaryGID: 1000)),

        (.uid, ownAndRange, ordinary.with { $0.subordinates = SubordinateRanges() },
            .notGranted(.uid, user: "alice", range: ownAndRange[1], firstMissing: 100_000, granted: SubordinateRanges())),
        (.uid, [line(0, 1000, 1), line(1, 100_000, 65537)], ordinary,
            .notGranted(.uid, user: "alice", range: line(1, 100_000, 65537), firstMissing: 165_536, granted: granted((100_000, 65536)))),
        (.gid, [line(0, 99_999, 2)], ordinary,
            .notGranted(.gid, user: "alice", range: line(0, 99_999, 2), firstMissing: 99_999, granted: granted((100_000, 65536)))),
        (.uid, [line(0, 0, 1)], ordinary,
            .notGranted(.uid, user: "alice", range: line(0, 0, 1), firstMissing: 0, granted: granted((100_000, 65536)))),
        // The own id is granted by itself, but not as part of a longer line.
        (.uid, [line(0, 1000, 2)], ordinary.with { $0.subordinates = granted((1001, 1)) },
            .notGranted(.uid, user: "alice", range: line(0, 1000, 2), firstMissing: 1000, granted: granted((1001, 1)))),

        (.uid, [line(0, 0, 1)], root.with { $0.caller.hasCapSetFCap = false }, .hostRootNeedsCapSetFCap),
        (.uid, [line(0, 1, 1), line(5, 0, 1)], root.with { $0.caller.hasCapSetFCap = false }, .hostRootNeedsCapSetFCap),
        (.uid, [line(0, 0, 1)], root.with { $0.caller.hasCapSetFCap = false; $0.caller.hasCapSetUID = false }, .hostRootNeedsCapSetFCap),
        (.uid, [line(0, 0, 2)], rootOfOneID, .hostIDNotOurs(.uid, hostID: 1)),
        (.uid, [line(0, 1000, 1)], rootOfOneID, .hostIDNotOurs(.uid, hostID: 1000)),
    ]

    @Test(arguments: refusals.indices) func refused(_ row: Int) throws {
        let (kind, lines, facts, error) = Self.refusals[row]
        let map = try IDMap(validating: lines, kind: kind)
        #expect(throws: error) { try MapWriting(of: map, facts: facts) }
    }

    /// A line across a seam of our own map is written as two.
    @Test func cutsAtTheSeams() throws {
        let nested = root.with { $0.ownMap = IDMap(trusting: [line(0, 1000, 1), line(1, 100_000, 65536)], kind: .uid) }
        let writing = try MapWriting(of: map(line(0, 0, 100)), facts: nested)
        #expect(writing.map.text == "0 0 1\n1 1 99\n")
    }

    @Test func additionalGIDs() throws {
        let byHelper = try MapWriting(of: IDMap(validating: ownAndRange, kind: .gid), facts: ordinary)
        try byHelper.require(additionalGIDs: [0, 1, 65536])
        #expect(throws: IDMapError.containerIDNotMapped(.gid, containerID: 65537, field: "process.user.additionalGids")) {
            try byHelper.require(additionalGIDs: [5, 65537])
        }
        let directly = try MapWriting(of: IDMap(validating: ownID, kind: .gid), facts: ordinary)
        try directly.require(additionalGIDs: [])
        #expect(throws: IDMapError.setgroupsDenied(gid: 0)) { try directly.require(additionalGIDs: [0]) }
    }
}
