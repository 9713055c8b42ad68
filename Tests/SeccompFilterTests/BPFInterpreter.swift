import CSeccomp

@testable import SeccompFilter

/// A system call as a filter sees it: `struct seccomp_data`.
struct SyscallInput: CustomStringConvertible {
    var number: UInt32
    var auditArchitecture: UInt32
    var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

    /// The words of `struct seccomp_data` on a little-endian machine.
    var words: [UInt32] {
        [number, auditArchitecture, 0, 0] + arguments.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32($0 >> 32)] }
    }

    var description: String {
        "call \(number) of architecture \(String(auditArchitecture, radix: 16)) with \(arguments)"
    }
}

/// Runs classic BPF as the kernel does for seccomp(2). Source: net/core/filter.c, kernel/seccomp.c
struct BPFInterpreter {
    enum Refusal: Error, Equatable {
        case length(Int)
        case instruction(at: Int, code: UInt16)
        case jump(at: Int)
    }

    let instructions: [sock_filter]

    /// Checks what the kernel checks before it accepts a program.
    init(_ instructions: [sock_filter]) throws(Refusal) {
        self.instructions = instructions
        guard (1...4096).contains(instructions.count) else { throw .length(instructions.count) }
        for (index, instruction) in instructions.enumerated() {
            let code = Int32(instruction.code)
            switch code {
            case BPF_LD | BPF_W | BPF_ABS:
                if instruction.k % 4 != 0 || instruction.k >= 64 { throw .instruction(at: index, code: instruction.code) }
            case BPF_JMP | BPF_JA:
                if index + 1 + Int(instruction.k) >= instructions.count { throw .jump(at: index) }
            case BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JSET | BPF_K:
                if index + 1 + Int(max(instruction.jt, instruction.jf)) >= instructions.count { throw .jump(at: index) }
            case BPF_RET | BPF_K, BPF_ALU | BPF_AND | BPF_K:
                break
            default:
                throw .instruction(at: index, code: instruction.code)
            }
        }
        guard let last = instructions.last, Int32(last.code) == BPF_RET | BPF_K else { throw .jump(at: instructions.count - 1) }
    }

    init(_ program: SeccompProgram) throws(Refusal) {
        try self.init(program.instructions.withUnsafeBytes { Array($0.bindMemory(to: sock_filter.self)) })
    }

    /// What the program returns, and how many instructions it took.
    func run(_ input: SyscallInput) -> (returnValue: UInt32, steps: Int) {
        let words = input.words
        var accumulator: UInt32 = 0
        var index = 0
        var steps = 0
        while true {
            let instruction = instructions[index]
            let k = instruction.k
            index += 1
            steps += 1
            func branch(_ condition: Bool) { index += Int(condition ? instruction.jt : instruction.jf) }
            switch Int32(instruction.code) {
            case BPF_LD | BPF_W | BPF_ABS: accumulator = words[Int(k / 4)]
            case BPF_ALU | BPF_AND | BPF_K: accumulator &= k
            case BPF_JMP | BPF_JA: index += Int(k)
            case BPF_JMP | BPF_JEQ | BPF_K: branch(accumulator == k)
            case BPF_JMP | BPF_JGT | BPF_K: branch(accumulator > k)
            case BPF_JMP | BPF_JGE | BPF_K: branch(accumulator >= k)
            case BPF_JMP | BPF_JSET | BPF_K: branch(accumulator & k != 0)
            default: return (k, steps)
            }
        }
    }

    func callAsFunction(_ input: SyscallInput) -> UInt32 { run(input).returnValue }
}
