import LinuxKernel

/// What rules about devices come to in cgroup v2: a program that the kernel runs for each access.
///
/// It is given a kind, an access (which may be several bits at once) and a device's numbers. Each bit is decided by the last
/// rule that is about it, so the rules are asked backwards: one that denies a bit that is still open ends it, one that
/// allows closes its bits, and with the last bit closed the access is allowed.
///
/// The kernel's verifier goes through all ways that a program may take, each time that one is loaded, and a container waits
/// for it. So there is one test for neighbouring rules that have it in common, and one end for all that end alike.
/// Man: bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE. Kernel: Documentation/admin-guide/cgroup-v2.rst, "Device controller".
struct DeviceProgram: Sendable, Equatable {
    private(set) var instructions: [EBPFInstruction] = []
    /// Jumps to an end, whose place is known when all rules are there.
    private var ends: [End] = []
    private struct End: Equatable { let jump: Int, allow: Bool }

    /// Errors: more rules than jumps reach over.
    init(_ rules: [DeviceRule]) throws(CgroupError) {
        // struct bpf_cgroup_dev_ctx: access (upper half) and kind (lower half), major, minor.
        instructions = [
            .load(.kind, .context, offset: 0), .copy(.open, .kind), .and(.kind, 0xffff), .shiftRight(.open, 16),
            .load(.major, .context, offset: 4), .load(.minor, .context, offset: 8),
        ]
        if !append(Array(rules.reversed())[...], Self.tests[...]) { append(end: false) }
        for allow in [false, true] where ends.contains(where: { $0.allow == allow }) {
            for end in ends where end.allow == allow { instructions[end.jump] = .jump(skip: instructions.count - end.jump - 1) }
            instructions += [.set(.result, allow ? 1 : 0), .exit]
        }
        guard instructions.count <= Int16.max else {
            throw CgroupError("linux.resources.devices: \(rules.count) rules are more than one program of the kernel's holds", hint: "use wildcards")
        }
    }

    private typealias Test = (register: EBPFRegister, value: @Sendable (DeviceRule) -> UInt32?)

    private static let tests: [Test] = [
        (.kind, { rule in rule.kind.map { $0 == .block ? 1 : 2 } }), (.major, { $0.major }), (.minor, { $0.minor }),
    ]

    /// - Returns: whether every way through ends. What would come after it is left out: nothing leads there, and the verifier
    ///   refuses such a program.
    private mutating func append(_ rules: ArraySlice<DeviceRule>, _ tests: ArraySlice<Test>) -> Bool {
        guard let test = tests.first else { return append(answers: rules) }
        var rest = rules
        while let first = rest.first {
            let value = test.value(first)
            let alike = rest.prefix { test.value($0) == value }
            rest = rest.dropFirst(alike.count)
            if let value {
                let jump = instructions.count
                instructions.append(.jumpUnlessEqual(test.register, value, skip: 0))
                _ = append(alike, tests.dropFirst())
                instructions[jump] = .jumpUnlessEqual(test.register, value, skip: instructions.count - jump - 1)
            } else if append(alike, tests.dropFirst()) {
                return true
            }
        }
        return false
    }

    private mutating func append(answers rules: ArraySlice<DeviceRule>) -> Bool {
        for rule in rules {
            switch (rule.access, rule.allow) {
            case (.all, _):
                append(end: rule.allow)
                return true
            case (_, true): instructions += [.and(.open, ~rule.access.rawValue), .jumpUnlessEqual(.open, 0, skip: 1)]
            case (_, false): instructions += [.copy(.scratch, .open), .and(.scratch, rule.access.rawValue), .jumpIfEqual(.scratch, 0, skip: 1)]
            }
            append(end: rule.allow)
        }
        return false
    }

    private mutating func append(end allow: Bool) {
        ends.append(End(jump: instructions.count, allow: allow))
        instructions.append(.jump(skip: 0))
    }
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
        // What does not fit belongs to a program that is too long to be loaded.
        self.offset = Int16(truncatingIfNeeded: offset)
        self.immediate = immediate
    }

    static func load(_ to: EBPFRegister, _ from: EBPFRegister, offset: Int) -> Self { .init(0x61, to, from, offset: offset) }
    static func copy(_ to: EBPFRegister, _ from: EBPFRegister) -> Self { .init(0xbc, to, from) }
    static func set(_ to: EBPFRegister, _ value: UInt32) -> Self { .init(0xb7, to, immediate: value) }
    static func and(_ to: EBPFRegister, _ value: UInt32) -> Self { .init(0x54, to, immediate: value) }
    static func shiftRight(_ to: EBPFRegister, _ count: UInt32) -> Self { .init(0x74, to, immediate: count) }
    static func jumpIfEqual(_ register: EBPFRegister, _ value: UInt32, skip: Int) -> Self { .init(0x16, register, offset: skip, immediate: value) }
    static func jumpUnlessEqual(_ register: EBPFRegister, _ value: UInt32, skip: Int) -> Self { .init(0x56, register, offset: skip, immediate: value) }
    static func jump(skip: Int) -> Self { .init(0x05, offset: skip) }
    static let exit = EBPFInstruction(0x95)
}
