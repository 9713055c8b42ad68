import RuntimeSpec
import Testing

@testable import CgroupControl

/// Rules, the list of version 1 and the program of version 2 that they come to.
@Suite struct DeviceRuleTests {
    struct Access: Sendable {
        let kind: DeviceRule.Kind
        let major, minor: UInt32
        let access: DeviceRule.Access
    }

    private static let denyAll = DeviceRule(allow: false)
    private static let allowAll = DeviceRule(allow: true)

    static let rules: [[DeviceRule]] = [
        [], [denyAll], [allowAll], DeviceRule.all([]), [allowAll, DeviceRule(allow: false, .block, 8, nil, [.write])],
        [DeviceRule(allow: true, .character, 1, 3, .read), DeviceRule(allow: true, .character, 1, nil, .write)],
        [DeviceRule(allow: true, .character, 1, 3), DeviceRule(allow: false, .character, nil, nil, .write)],
        [DeviceRule(allow: true, nil, 8, nil), DeviceRule(allow: false, .block, 8, nil, [.read, .mknod])],
        [allowAll, DeviceRule(allow: false, nil, 1, nil), DeviceRule(allow: true, .character, 1, nil, .read)],
        [DeviceRule(allow: true, .block, 8, 1), denyAll, DeviceRule(allow: true, .block, nil, 1, .mknod)],
        [DeviceRule(allow: false, .character, 1, 3), DeviceRule(allow: true, .character, 1, 3), DeviceRule(allow: true, .character, 1, 3)],
        [DeviceRule(allow: true, .character, 1, 3), DeviceRule(allow: false, .character, 1, nil), DeviceRule(allow: true, .character, 1, 4)],
        [DeviceRule(allow: true, .block, 8, 0, .read), DeviceRule(allow: true, .block, 8, 0, .write), DeviceRule(allow: true, .block, 8, 0)],
    ]

    /// Each bit by the last rule that is about it; nothing is allowed to begin with.
    private static func allows(_ rules: [DeviceRule], _ wanted: Access) -> Bool {
        [DeviceRule.Access.mknod, .read, .write].filter(wanted.access.contains).allSatisfy { bit in
            let device = DeviceRule(allow: true, wanted.kind, wanted.major, wanted.minor, bit)
            return rules.last { $0.covers(device) && $0.access.contains(bit) }?.allow ?? false
        }
    }

    private static let accesses: [Access] = DeviceRule.Kind.allCases.flatMap { kind in
        [(1, 3), (1, 4), (8, 0), (8, 1), (136, 9), (10, 200), (4095, 1_048_575)].flatMap { major, minor in
            (1...7).map { Access(kind: kind, major: UInt32(major), minor: UInt32(minor), access: DeviceRule.Access(rawValue: $0)) }
        }
    }

    @Test(arguments: rules)
    func theProgramMeansTheRules(_ rules: [DeviceRule]) throws {
        let program = try DeviceProgram(rules)
        for wanted in Self.accesses { #expect(program.run(wanted) == Self.allows(rules, wanted), "\(wanted)") }
    }

    /// The kernel's verifier refuses what no way leads to, and every way has to come to an end.
    @Test(arguments: rules)
    func everyInstructionIsReached(_ rules: [DeviceRule]) throws {
        let instructions = try DeviceProgram(rules).instructions
        var reached: Set<Int> = [], next = [0]
        while let index = next.popLast() {
            guard instructions.indices.contains(index) else {
                Issue.record("a way leads to \(index), behind the end")
                return
            }
            guard reached.insert(index).inserted else { continue }
            let instruction = instructions[index], target = index + 1 + Int(instruction.offset)
            switch instruction.opcode {
            case 0x05: next.append(target)
            case 0x16, 0x56: next += [index + 1, target]
            case 0x95: break
            default: next.append(index + 1)
            }
        }
        #expect(reached == Set(instructions.indices))
    }

    @Test func moreRulesThanAJumpReachesOverAreAnError() throws {
        let rules = (0..<8000).map { DeviceRule(allow: $0.isMultiple(of: 2), .character, UInt32($0), nil, .read) }
        #expect(try DeviceProgram(Array(rules.prefix(1000))).instructions.count > 1000)
        let error = #expect(throws: CgroupError.self) { try DeviceProgram(rules) }
        #expect(error?.message.contains("8000 rules") == true)
    }

    @Test(arguments: rules)
    func theListMeansTheRules(_ rules: [DeviceRule]) throws {
        let list = try DeviceList(rules)
        for wanted in Self.accesses {
            // As the kernel asks: one exception for all that is wanted, or, where it denies, for any of it.
            let device = DeviceRule(allow: true, wanted.kind, wanted.major, wanted.minor)
            let hit = list.exceptions.contains {
                $0.covers(device) && (list.allowsByDefault ? !$0.access.isDisjoint(with: wanted.access) : $0.access.isSuperset(of: wanted.access))
            }
            // mknod and an open are two accesses for the kernel.
            if wanted.access.contains(.mknod) && wanted.access != .mknod { continue }
            #expect((list.allowsByDefault != hit) == Self.allows(rules, wanted), "\(wanted)")
        }
    }

    @Test func aPartCannotBeTakenOutInVersion1() {
        let error = #expect(throws: CgroupError.self) {
            try DeviceList([DeviceRule(allow: true, .character, 1, nil), DeviceRule(allow: false, .character, 1, 3)])
        }
        #expect(error?.message.contains("c 1:3 rwm is a part of c 1:* rwm") == true)
    }

    @Test func aListIsWrittenFromTheSafeSide() throws {
        #expect(try DeviceList([DeviceRule(allow: true, .block, 8, nil, .read)]).writes == [.init("devices.deny", "a"), .init("devices.allow", "b 8:* r")])
        #expect(try DeviceList([Self.allowAll, DeviceRule(allow: false, .block, 8, 0)]).writes == [.init("devices.allow", "a"), .init("devices.deny", "b 8:0 rwm")])
    }

    @Test func aChangeLeavesWhatStays() throws {
        let list = try DeviceList([DeviceRule(allow: true, .block, 8, 0), DeviceRule(allow: true, .character, 1, 3)])
        #expect(list.writes(from: "c 1:3 rwm\nc 5:0 rw\n") == [.init("devices.deny", "c 5:0 rw"), .init("devices.allow", "b 8:0 rwm")])
        #expect(list.writes(from: "a *:* rwm\n") == list.writes)
    }

    @Test func whatConfigJSONLeavesOutIsAll() {
        let rules = DeviceRule.all([.init(allow: true, type: .all, major: -1, access: "mr"), .init(allow: false)])
        #expect(rules[0] == DeviceRule(allow: true, nil, nil, nil, [.read, .mknod]))
        #expect(rules[1].isAboutAll && rules.dropFirst(2) == DeviceRule.defaults[...])
    }
}

extension DeviceProgram {
    /// Runs it as the kernel would; nil for what it would not take.
    fileprivate func run(_ wanted: DeviceRuleTests.Access) -> Bool? {
        let context: [UInt32] = [wanted.access.rawValue << 16 | (wanted.kind == .block ? 1 : 2), wanted.major, wanted.minor]
        var registers = [UInt32](repeating: 0, count: 11)
        var next = 0
        while instructions.indices.contains(next) {
            let instruction = instructions[next]
            let to = Int(instruction.registers & 15), from = Int(instruction.registers >> 4)
            next += 1
            switch instruction.opcode {
            case 0x61: registers[to] = context[Int(instruction.offset) / 4]
            case 0xbc: registers[to] = registers[from]
            case 0xb7: registers[to] = instruction.immediate
            case 0x54: registers[to] &= instruction.immediate
            case 0x74: registers[to] >>= instruction.immediate
            case 0x05: next += Int(instruction.offset)
            case 0x16: if registers[to] == instruction.immediate { next += Int(instruction.offset) }
            case 0x56: if registers[to] != instruction.immediate { next += Int(instruction.offset) }
            case 0x95: return registers[0] == 1
            default: return nil
            }
        }
        return nil
    }
}
