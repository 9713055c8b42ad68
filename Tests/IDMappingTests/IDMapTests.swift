import Testing

@testable import IDMapping

private let lastID = UInt32.max - 1

@Suite struct IDMapTests {
    @Test(arguments: [
        [line(0, 1000, 1)],
        [line(0, 0, .max)],
        [line(lastID, 0, 1)],
        [line(0, lastID, 1)],
        [line(1, lastID - 9, 10)],
        [line(0, 1000, 1), line(1, 100_000, 65536)],
        [line(0, 10, 2), line(2, 12, 1)],
        [line(2, 12, 1), line(0, 10, 2)],
        [line(0, 12, 2), line(2, 10, 2)],
        (0..<340).map { line($0, $0, 1) },
    ])
    func valid(_ lines: [IDRange]) throws {
        #expect(try IDMap(validating: lines, kind: .gid).ranges == lines)
    }

    @Test(arguments: [
        ([line(0, 10, 3)], [line(0, 10, 3)], true),
        ([line(2, 12, 1), line(0, 10, 2)], [line(0, 10, 3)], true),
        ([line(0, 10, 2), line(2, 13, 1)], [line(0, 10, 3)], false),
        ([line(0, 10, 2), line(3, 12, 1)], [line(0, 10, 3)], false),
        ([line(0, 10, 2)], [line(0, 10, 3)], false),
        ([line(0, 11, 3)], [line(0, 10, 3)], false),
    ])
    func isTheSameHoweverItIsCut(_ one: [IDRange], _ other: [IDRange], _ expected: Bool) throws {
        let one = try IDMap(validating: one, kind: .uid), other = try IDMap(validating: other, kind: .uid)
        #expect(one.isSame(as: other) == expected && other.isSame(as: one) == expected)
    }

    @Test(arguments: [
        ([], IDMapError.empty(.uid)),
        ([line(0, 1000, 0)], .zeroSize(.uid, index: 0)),
        ([line(0, 1000, 1), line(5, 5, 0)], .zeroSize(.uid, index: 1)),
        ([line(.max, 0, 1)], .pastLastID(.uid, index: 0, .containerID)),
        ([line(0, .max, 1)], .pastLastID(.uid, index: 0, .hostID)),
        ([line(lastID, 0, 2)], .pastLastID(.uid, index: 0, .containerID)),
        ([line(0, lastID, 2)], .pastLastID(.uid, index: 0, .hostID)),
        ([line(1, 0, .max)], .pastLastID(.uid, index: 0, .containerID)),
        ([line(0, 1, .max)], .pastLastID(.uid, index: 0, .hostID)),
        ([line(.max, .max, .max)], .pastLastID(.uid, index: 0, .containerID)),
        ([line(0, 0, 2), line(1, 10, 1)], .overlap(.uid, index: 1, with: 0, .containerID, id: 1)),
        ([line(0, 0, 2), line(5, 1, 1)], .overlap(.uid, index: 1, with: 0, .hostID, id: 1)),
        ([line(9, 90, 1), line(0, 0, 10)], .overlap(.uid, index: 1, with: 0, .containerID, id: 9)),
        ([line(0, 0, 1), line(5, 50, 9), line(7, 20, 1)], .overlap(.uid, index: 2, with: 1, .containerID, id: 7)),
        ([line(0, 5, 1), line(1, 5, 1)], .overlap(.uid, index: 1, with: 0, .hostID, id: 5)),
        ((0..<341).map { line($0, $0, 1) }, .tooManyRanges(.uid, count: 341)),
    ])
    func refused(_ lines: [IDRange], _ error: IDMapError) {
        #expect(throws: error) { try IDMap(validating: lines, kind: .uid) }
    }

    /// 255 lines of 16 bytes are 4080: a line of 15 bytes more is the last that fits.
    @Test func textOfAPageIsRefused() throws {
        let lines = (0..<255).map { line(100_000 + $0, 100_000 + $0, 1) }
        let longest = try IDMap(validating: lines + [line(1, 1_000_000, 1000)], kind: .uid)
        #expect(longest.text.utf8.count == 4095)
        #expect(throws: IDMapError.textTooLong(.uid, bytes: 4096)) {
            try IDMap(validating: lines + [line(1, 1_000_000, 10_000)], kind: .uid)
        }
    }

    @Test func texts() throws {
        let map = try map(line(0, 1000, 1), line(1, 100_000, 65536))
        #expect(map.text == "0 1000 1\n1 100000 65536\n")
        #expect(map.helperArguments == ["0", "1000", "1", "1", "100000", "65536"])
    }

    /// The last line ends with the last host id.
    @Test(arguments: [
        (0, 1000), (1, 100_000), (65536, 165_535), (65537, nil), (69_999, nil), (70_000, 200_000),
        (lastID - 130_000, lastID), (lastID - 129_999, nil), (lastID, nil), (.max, nil),
    ] as [(UInt32, UInt32?)])
    func lookup(containerID: UInt32, hostID: UInt32?) throws {
        let map = try map(line(0, 1000, 1), line(1, 100_000, 65536), line(70_000, 200_000, .max - 200_000))
        #expect(map.hostID(forContainer: containerID) == hostID)
        #expect(map.contains(containerID: containerID) == (hostID != nil))
        if let hostID { #expect(map.containerID(forHost: hostID) == containerID) }
    }

    @Test(arguments: [0, 999, 1001, 99_999, 165_536, 199_999, .max] as [UInt32])
    func noContainerID(hostID: UInt32) throws {
        let map = try map(line(0, 1000, 1), line(1, 100_000, 65536), line(70_000, 200_000, .max - 200_000))
        #expect(map.containerID(forHost: hostID) == nil)
    }

    @Test func requireNamesTheField() throws {
        let map = try map(line(0, 1000, 1), kind: .gid)
        try map.require(containerID: 0, field: "process.user.gid")
        #expect(throws: IDMapError.containerIDNotMapped(.gid, containerID: 5, field: "mounts[1] gid=")) {
            try map.require(containerID: 5, field: "mounts[1] gid=")
        }
    }

    /// Against sets of ids, at both ends of the numbers.
    @Test(arguments: [UInt32(0), lastID - 59]) func agreesWithSets(base: UInt32) {
        var generator = SeededGenerator(seed: UInt64(base) + 1)
        var accepted = 0
        for _ in 0..<3000 {
            let lines = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                line(
                    base + .random(in: 0..<60, using: &generator), base + .random(in: 0..<60, using: &generator),
                    .random(in: 1...12, using: &generator))
            }
            // What each side holds, an id as often as lines hold it, and beyond 32 bits where they reach there.
            let inside = lines.flatMap { line in (0..<UInt64(line.size)).map { UInt64(line.containerID) + $0 } }
            let outside = lines.flatMap { line in (0..<UInt64(line.size)).map { UInt64(line.hostID) + $0 } }
            let isValid = Set(inside).count == inside.count && Set(outside).count == outside.count
                && (inside + outside).allSatisfy { $0 < UInt64(UInt32.max) }
            do throws(IDMapError) {
                let map = try IDMap(validating: lines, kind: .uid)
                #expect(isValid, "accepted \(lines)")
                accepted += 1
                let pairs = Dictionary(uniqueKeysWithValues: zip(inside, outside))
                for id in (base..<base + 59) {
                    #expect(map.hostID(forContainer: id).map(UInt64.init) == pairs[UInt64(id)])
                    let back = map.containerID(forHost: id)
                    #expect((back != nil) == outside.contains(UInt64(id)))
                    if let back { #expect(pairs[UInt64(back)] == UInt64(id)) }
                }
            } catch {
                #expect(!isValid, "refused \(lines): \(error)")
                if case .overlap(_, let later, let earlier, let side, let id) = error {
                    #expect(earlier < later)
                    #expect(side.ids(of: lines[earlier]).contains(UInt64(id)))
                    #expect(side.ids(of: lines[later]).contains(UInt64(id)))
                }
            }
        }
        #expect((100..<2900).contains(accepted), "the random maps test only one of the two answers: \(accepted)")
    }
}
