import CSeccomp

/// Classic BPF over `struct seccomp_data`. Man: seccomp(2); Source: linux/filter.h
struct BPFProgram {
    /// The kernel takes no longer program: BPF_MAXINSNS.
    static let maximumCount = 4096

    private(set) var instructions: [sock_filter] = []

    init() {}

    init(instructions: [sock_filter]) { self.instructions = instructions }

    var count: Int { instructions.count }

    /// A word of `struct seccomp_data`.
    enum Field: UInt32 {
        case syscallNumber = 0
        case auditArchitecture = 4
    }

    mutating func load(_ field: Field) {
        append(BPF_LD | BPF_W | BPF_ABS, field.rawValue)
    }

    mutating func `return`(_ value: UInt32) {
        append(BPF_RET | BPF_K, value)
    }

    /// Skips the next `skipped` instructions. Unlike a condition, any number of them.
    mutating func jump(over skipped: Int) {
        append(BPF_JMP | BPF_JA | BPF_K, UInt32(skipped))
    }

    /// Skips the next instruction if the loaded word equals `value`.
    mutating func skipOneIfEqual(_ value: UInt32) {
        append(BPF_JMP | BPF_JEQ | BPF_K, value, ifTrue: 1)
    }

    /// Skips the next `skipped` instructions if the loaded word is at least `value`. Takes `countOfSkip(over:)` instructions itself.
    mutating func skip(_ skipped: Int, ifAtLeast value: UInt32) {
        if let near = UInt8(exactly: skipped) {
            append(BPF_JMP | BPF_JGE | BPF_K, value, ifTrue: near)
        } else {
            append(BPF_JMP | BPF_JGE | BPF_K, value, ifFalse: 1)
            jump(over: skipped)
        }
    }

    /// A condition's reach is a byte; beyond, it takes a jump more.
    static func countOfSkip(over skipped: Int) -> Int { skipped <= Int(UInt8.max) ? 1 : 2 }

    mutating func append(_ other: BPFProgram) {
        instructions += other.instructions
    }

    private mutating func append(_ code: Int32, _ k: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
        instructions.append(sock_filter(code: UInt16(code), jt: ifTrue, jf: ifFalse, k: k))
    }
}
