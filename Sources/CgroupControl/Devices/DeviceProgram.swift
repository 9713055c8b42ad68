import LinuxKernel

/// What rules about devices come to in cgroup v2: a program that the kernel runs for each access.
///
/// It is given a kind, an access (which may be several bits at once) and a device's numbers. Each bit is decided by the last
/// rule that is about it, so the rules are asked backwards: one that denies a bit that is still open ends it, one that
/// allows closes its bits, and with the last bit closed the access is allowed.
/// Man: bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. Kernel: Documentation/admin-guide/cgroup-v2.rst, "Device controller".
struct DeviceProgram: Sendable, Equatable {
    private(set) var instructions: [EBPFInstruction] = []

    init(_ rules: [DeviceRule]) {
        // struct bpf_cgroup_dev_ctx: access (upper half) and kind (lower half), major, minor.
        instructions = [
            .load(.kind, .context, offset: 0), .copy(.open, .kind), .and(.kind, 0xffff), .shiftRight(.open, 16),
            .load(.major, .context, offset: 4), .load(.minor, .context, offset: 8),
        ]
        for rule in rules.reversed() {
            if rule.isAboutAll {
                end(allow: rule.allow)
                return
            }
            append(rule)
        }
        end(allow: false)
    }

    private mutating func append(_ rule: DeviceRule) {
        var tests: [(EBPFRegister, UInt32)] = []
        if let kind = rule.kind { tests.append((.kind, kind == .block ? 1 : 2)) }
        if let major = rule.major { tests.append((.major, major)) }
        if let minor = rule.minor { tests.append((.minor, minor)) }
        let answer: [EBPFInstruction] = rule.allow
            ? [.and(.open, ~rule.access.rawValue), .jumpUnlessEqual(.open, 0, skip: 2)]
            : [.copy(.scratch, .open), .and(.scratch, rule.access.rawValue), .jumpIfEqual(.scratch, 0, skip: 2)]
        for (index, (register, value)) in tests.enumerated() {
            instructions.append(.jumpUnlessEqual(register, value, skip: tests.count - 1 - index + answer.count + 2))
        }
        instructions += answer
        end(allow: rule.allow)
    }

    private mutating func end(allow: Bool) { instructions += [.set(.result, allow ? 1 : 0), .exit] }
}

enum EBPFRegister: UInt8, Sendable {
    case result = 0
    case context, kind, open, major, minor, scratch
}

/// An instruction, as the kernel lays it out. Kernel: Documentation/bpf/standardization/instruction-set.rst.
struct EBPFInstruction: Sendable, Equatable {
    let opcode: UInt8
    /// The source register in the upper half, the destination in the lower.
    let registers: UInt8
    let offset: Int16
    let immediate: UInt32

    private init(_ opcode: UInt8, _ destination: EBPFRegister = .result, _ source: EBPFRegister = .result, offset: Int = 0, immediate: UInt32 = 0) {
        self.opcode = opcode
        registers = source.rawValue << 4 | destination.rawValue
        self.offset = Int16(offset)
        self.immediate = immediate
    }

    static func load(_ to: EBPFRegister, _ from: EBPFRegister, offset: Int) -> Self { .init(0x61, to, from, offset: offset) }
    static func copy(_ to: EBPFRegister, _ from: EBPFRegister) -> Self { .init(0xbc, to, from) }
    static func set(_ to: EBPFRegister, _ value: UInt32) -> Self { .init(0xb7, to, immediate: value) }
    static func and(_ to: EBPFRegister, _ value: UInt32) -> Self { .init(0x54, to, immediate: value) }
    static func shiftRight(_ to: EBPFRegister, _ count: UInt32) -> Self { .init(0x74, to, immediate: count) }
    static func jumpIfEqual(_ register: EBPFRegister, _ value: UInt32, skip: Int) -> Self { .init(0x16, register, offset: skip, immediate: value) }
    static func jumpUnlessEqual(_ register: EBPFRegister, _ value: UInt32, skip: Int) -> Self { .init(0x56, register, offset: skip, immediate: value) }
    static let exit = EBPFInstruction(0x95)
}
