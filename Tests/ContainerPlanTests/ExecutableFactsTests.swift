import IDMapping
import Testing

@testable import ContainerPlan

@Suite struct ExecutableFactsTests {
    /// Where the owner and the group of the file are in the container's maps.
    enum Mapped: CaseIterable { case neither, owner, group, both, noMap }

    private static let bools = [false, true]

    /// needs protection: by who is mapped, then by (group may write, others may write) = (-,-), (w,-), (-,w), (w,w).
    private static let table: [Mapped: [Bool]] = [
        .neither: [false, false, true, true],
        .owner: [true, true, true, true],
        .group: [false, true, true, true],
        .both: [true, true, true, true],
        // The container's root is ours: it may write whatever we may.
        .noMap: [true, true, true, true],
    ]

    @Test(arguments: Mapped.allCases, [0, 1, 2, 3])
    func needsProtection(_ mapped: Mapped, _ column: Int) throws {
        let expected = try #require(Self.table[mapped])[column]
        for isSealed in Self.bools {
            for isOnReadOnlyMount in Self.bools {
                let facts = ExecutableFacts(
                    isSealed: isSealed, isOnReadOnlyMount: isOnReadOnlyMount, ownerUID: 500, ownerGID: 600, groupMayWrite: column & 1 != 0,
                    othersMayWrite: column & 2 != 0)
                let uids = mapped == .owner || mapped == .both ? try map(.uid, (0, 500, 1)) : try map(.uid, (0, 501, 10))
                let gids = mapped == .group || mapped == .both ? try map(.gid, (7, 590, 11)) : try map(.gid, (0, 601, 10))
                #expect(
                    facts.needsProtection(uidMap: mapped == .noMap ? nil : uids, gidMap: mapped == .noMap ? nil : gids)
                        == (expected && !isSealed && !isOnReadOnlyMount))
            }
        }
    }

    @Test func oneUnknownMapIsAsGoodAsNone() throws {
        let facts = ExecutableFacts(isSealed: false, isOnReadOnlyMount: false, ownerUID: 0, ownerGID: 0, groupMayWrite: false, othersMayWrite: false)
        #expect(try facts.needsProtection(uidMap: map(.uid, (0, 1000, 1)), gidMap: nil))
        #expect(try facts.needsProtection(uidMap: nil, gidMap: map(.gid, (0, 1000, 1))))
        #expect(try !facts.needsProtection(uidMap: map(.uid, (0, 1000, 1)), gidMap: map(.gid, (0, 1000, 1))))
    }
}
