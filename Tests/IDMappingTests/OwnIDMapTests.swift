import Testing

@testable import IDMapping

@Suite struct OwnIDMapTests {
    @Test(arguments: [
        ("         0          0 4294967295\n", [line(0, 0, .max)]),
        ("         0       1000          1\n         1     100000      65536\n", [line(0, 1000, 1), line(1, 100_000, 65536)]),
        ("", []),
    ])
    func procText(_ text: String, _ lines: [IDRange]) throws {
        #expect(try IDMap(procText: text, kind: .uid).ranges == lines)
    }

    @Test(arguments: ["0 0", "0 0 1 1", "a 0 1", "0 -1 1", "0 0 4294967296", "1 0 4294967295", "0 4294967295 1"])
    func malformed(_ lineOfText: String) {
        #expect(throws: IDMapError.malformedProcText(.gid, line: lineOfText)) {
            try IDMap(procText: "0 0 1\n\(lineOfText)\n", kind: .gid)
        }
    }

    /// Our own map has the ids 0 to 9 and 10 to 19 in two lines, and 30 to 39.
    @Test(arguments: [
        ([line(0, 0, 10)], [line(0, 0, 10)]),
        ([line(5, 8, 2)], [line(5, 8, 2)]),
        ([line(5, 8, 4)], [line(5, 8, 2), line(7, 10, 2)]),
        ([line(0, 0, 20)], [line(0, 0, 10), line(10, 10, 10)]),
        ([line(0, 39, 1), line(1, 9, 2)], [line(0, 39, 1), line(1, 9, 1), line(2, 10, 1)]),
    ])
    func placed(_ wanted: [IDRange], _ pieces: [IDRange]) throws {
        #expect(try IDMap(validating: wanted, kind: .uid).placed(within: nested).ranges == pieces)
    }

    @Test(arguments: [
        (line(0, 20, 1), 20), (line(0, 19, 2), 20), (line(0, 0, 30), 20), (line(0, 39, 2), 40), (line(0, 29, 1), 29),
        (line(0, UInt32.max - 1, 1), UInt32.max - 1),
    ] as [(IDRange, UInt32)])
    func notOurs(_ wanted: IDRange, _ hostID: UInt32) throws {
        let wanted = try map(wanted)
        #expect(throws: IDMapError.hostIDNotOurs(.uid, hostID: hostID)) { try wanted.placed(within: nested) }
    }

    @Test func everythingIsPlacedInTheInitialNamespace() throws {
        let all = try map(line(0, 0, .max))
        #expect(try all.placed(within: everything) == all)
    }

    @Test func nothingIsPlacedBeforeOurMapIsWritten() throws {
        let wanted = try map(line(0, 65534, 1))
        let unwritten = try IDMap(procText: "", kind: .uid)
        #expect(throws: IDMapError.hostIDNotOurs(.uid, hostID: 65534)) { try wanted.placed(within: unwritten) }
    }

    @Test func cuttingCanMakeTooManyLines() throws {
        let single = IDMap(trusting: (0..<341).map { line($0, $0, 1) }, kind: .uid)
        let wanted = try map(line(0, 0, 341))
        #expect(throws: IDMapError.tooManyRanges(.uid, count: 341)) { try wanted.placed(within: single) }
    }

    private let nested = IDMap(
        trusting: [line(0, 100_000, 10), line(10, 100_010, 10), line(30, 200_000, 10)], kind: .uid)
}
