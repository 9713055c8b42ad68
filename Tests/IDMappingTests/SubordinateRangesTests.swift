import Testing

@testable import IDMapping

@Suite struct SubordinateRangesTests {
    /// Each line's answer is what getsubids of shadow 4.13 gave on Debian 12 for a user alice with uid 1000.
    @Test(arguments: [
        ("alice:100000:65536", granted((100_000, 65536))),
        ("1000:100000:65536", granted((100_000, 65536))),
        ("bob:100000:65536", granted()),
        ("01000:100000:65536", granted()),
        ("1000x:100000:65536", granted()),
        ("alic:1:1", granted()),
        ("alicex:1:1", granted()),
        ("# comment", granted()),
        ("#alice:500000:10", granted()),
        (" alice:510000:10", granted()),
        ("+alice:510000:10", granted()),
        ("alice:0x80000:0x10", granted((524_288, 16))),
        ("alice:0700000:010", granted((229_376, 8))),
        ("alice:08:1", granted()),
        ("alice:0:1", granted((0, 1))),
        ("alice: 600000:10", granted((600_000, 10))),
        ("alice:610000:10 ", granted()),
        ("alice:610000:10\r", granted()),
        ("alice:+620000:10", granted((620_000, 10))),
        ("alice:++620000:10", granted()),
        ("alice:0x+5:10", granted()),
        ("alice:0x:10", granted()),
        ("alice:630000:0", granted()),
        ("alice:640000", granted()),
        ("alice:650000:10:extra", granted((650_000, 10))),
        ("alice:660000:10:", granted((660_000, 10))),
        ("alice::10", granted()),
        ("alice:10:", granted()),
        ("alice:ten:1", granted()),
        ("alice:-5:10", granted()),
        ("alice:99999999999:10", granted()),
        ("alice:1:99999999999999999999", granted()),
        ("alice:4294967290:100", granted((4_294_967_290, 5))),
        ("alice:4294967294:1", granted((4_294_967_294, 1))),
        ("alice:4294967295:1", granted()),
        ("", granted()),
    ])
    func line(_ text: String, _ ranges: SubordinateRanges) {
        #expect(SubordinateRanges(fileText: text, name: "alice", uid: 1000) == ranges)
        #expect(SubordinateRanges(fileText: "bob:7:7\n\n\(text)\ngarbage\n", name: "alice", uid: 1000) == ranges)
    }

    @Test func allLinesOfTheUserCountByNameAndByUID() {
        let text = "alice:300000:10\nbob:1:1\n1000:200000:10\nalice:200010:5\nalice:300005:20"
        #expect(
            SubordinateRanges(fileText: text, name: "alice", uid: 1000) == granted((200_000, 15), (300_000, 25)))
        #expect(SubordinateRanges(fileText: text, name: nil, uid: 1000) == granted((200_000, 10)))
        #expect(SubordinateRanges(fileText: text, name: "alice", uid: 7) == granted((200_010, 5), (300_000, 25)))
    }

    @Test(arguments: [
        ([(10, 5), (15, 5)], [(10, 10)]),
        ([(15, 5), (10, 5)], [(10, 10)]),
        ([(10, 5), (16, 5)], [(10, 5), (16, 5)]),
        ([(10, 5), (14, 5)], [(10, 9)]),
        ([(10, 50), (14, 5), (20, 1)], [(10, 50)]),
        ([(5, 0)], []),
        ([(4_294_967_294, 9)], [(4_294_967_294, 1)]),
        ([(.max, 1)], []),
    ] as [([(UInt32, UInt32)], [(UInt32, UInt32)])])
    func merged(_ input: [(UInt32, UInt32)], _ output: [(UInt32, UInt32)]) {
        let ranges = SubordinateRanges(input.map { SubordinateRange(start: $0.0, count: $0.1) })
        #expect(ranges.ranges == output.map { SubordinateRange(start: $0.0, count: $0.1) })
        #expect(ranges.isEmpty == output.isEmpty)
    }

    @Test func getsubids() throws {
        let output = "0: alice 300000 10\n1: alice 100000 65536\n2: alice 165536 10\n3: alice 18446744073709551611 10\n4: alice 5 0\n"
        #expect(try SubordinateRanges(getsubidsOutput: output) == granted((100_000, 65546), (300_000, 10)))
        #expect(try SubordinateRanges(getsubidsOutput: "").isEmpty)
    }

    @Test(arguments: ["Error fetching ranges", "0: alice 1", "0 alice 1 1", "0: alice 0x1 1", "0: alice 1 1 1"])
    func malformedGetsubids(_ line: String) {
        #expect(throws: IDMapError.malformedGetsubidsOutput(line: line)) {
            try SubordinateRanges(getsubidsOutput: "0: alice 1 1\n\(line)\n")
        }
    }

    @Test(arguments: [
        (100, 10, nil), (100, 11, 110), (99, 1, 99), (99, 2, 99), (109, 1, nil), (109, 2, 110), (110, 1, 110),
        (200, 1, nil), (.max - 1, 1, 4_294_967_294),
    ] as [(UInt32, UInt32, UInt32?)])
    func firstMissing(hostID: UInt32, size: UInt32, missing: UInt32?) {
        #expect(granted((100, 5), (105, 5), (200, 1)).firstMissing(hostID: hostID, size: size) == missing)
    }

    @Test(arguments: [
        (granted((100_000, 65536)), [(0, 1000, 1), (1, 100_000, 65536)]),
        (granted((300_000, 10), (200_000, 15)), [(0, 1000, 1), (1, 200_000, 15), (16, 300_000, 10)]),
        (granted((1000, 10)), [(0, 1000, 1), (1, 1001, 9)]),
        (granted((991, 10)), [(0, 1000, 1), (1, 991, 9)]),
        (granted((991, 19)), [(0, 1000, 1), (1, 991, 9), (10, 1001, 9)]),
        (granted((1000, 1)), [(0, 1000, 1)]),
        (granted((0, .max)), [(0, 1000, 1), (1, 0, 1000), (1001, 1001, .max - 1001)]),
    ] as [(SubordinateRanges, [(UInt32, UInt32, UInt32)])])
    func map(_ ranges: SubordinateRanges, _ lines: [(UInt32, UInt32, UInt32)]) throws {
        let map = try ranges.map(ownID: 1000, kind: .uid, user: "alice", ownMap: everything)
        #expect(map.ranges == lines.map { IDRange(containerID: $0.0, hostID: $0.1, size: $0.2) })
        #expect(try IDMap(validating: map.ranges, kind: .uid) == map)
    }

    @Test func mapLeavesOutWhatOurNamespaceLacks() throws {
        let nested = IDMap(
            trusting: [IDRange(containerID: 0, hostID: 1000, size: 1), IDRange(containerID: 1, hostID: 100_000, size: 1100)],
            kind: .uid)
        let map = try granted((1050, 10), (1095, 10), (5000, 10))
            .map(ownID: 0, kind: .uid, user: "alice", ownMap: nested)
        #expect(map.text == "0 0 1\n1 1050 10\n11 1095 6\n")
        #expect(throws: IDMapError.hostIDNotOurs(.gid, hostID: 1101)) {
            try granted((1101, 10)).map(ownID: 0, kind: .gid, user: "alice", ownMap: nested)
        }
        #expect(throws: IDMapError.noneGranted(.gid, user: "alice")) {
            try granted().map(ownID: 0, kind: .gid, user: "alice", ownMap: nested)
        }
    }

    /// Short lines reach the limit of lines, long ones that of bytes: what is made is valid and could not be longer.
    @Test(arguments: [(UInt32(2), true), (1_000_003, false)])
    func mapStopsAtTheKernelsLimits(step: UInt32, byLines: Bool) throws {
        let ranges = SubordinateRanges((1...400).map { SubordinateRange(start: $0 * step, count: 1) })
        let map = try ranges.map(ownID: 1, kind: .uid, user: "alice", ownMap: everything)
        #expect(try IDMap(validating: map.ranges, kind: .uid) == map)
        #expect((map.ranges.count == IDMap.maximumRanges) == byLines)
        if !byLines { #expect(map.text.utf8.count > IDMap.maximumTextBytes - 16) }
    }

    /// Merging against a set of ids, and what is missing against the same set.
    @Test func agreesWithSets() {
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<2000 {
            let input = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                SubordinateRange(
                    start: .random(in: 0..<60, using: &generator), count: .random(in: 0...12, using: &generator))
            }
            let ids = Set(input.flatMap { $0.hostIDs })
            let ranges = SubordinateRanges(input)
            #expect(ranges.ranges.flatMap { $0.hostIDs } == ids.sorted())
            // Merged as far as can be: between two runs at least one id is missing.
            #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.hostIDs.upperBound < $1.hostIDs.lowerBound })
            let start = UInt32.random(in: 0..<70, using: &generator)
            let size = UInt32.random(in: 1...10, using: &generator)
            #expect(
                ranges.firstMissing(hostID: start, size: size).map(UInt64.init)
                    == (UInt64(start)..<UInt64(start + size)).first { !ids.contains($0) })
        }
    }
}
