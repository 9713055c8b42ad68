import CSeccomp
import Glibc
import RuntimeSpec

/// A profile on its way to a program: each rule goes to the prologue or to libseccomp's part.
struct ProfileCompilation: ~Copyable {
    private let defaultAction: SeccompAction
    private let defaultReturnValue: UInt32
    private let flags: UInt32
    private let library: LibseccompFilter
    /// One for each ABI, the native one first.
    private var decisions: [SyscallDecisions]
    /// The calls for which a rule without `args` was seen, by what libseccomp calls them natively.
    private var decided: Set<Int32> = []
    private var libraryRuleCount = 0
    private var warnings: [String]

    /// Takes over all but the rules.
    init(_ profile: Seccomp) throws(SeccompError) {
        let defaultReturnValue = try Self.returnValue(
            profile.defaultAction, errnoRet: profile.defaultErrnoRet, path: "linux.seccomp.defaultAction",
            errnoPath: "linux.seccomp.defaultErrnoRet")

        let library = try LibseccompFilter(defaultReturnValue: defaultReturnValue)
        var abis = [SyscallABI.native]
        for (index, architecture) in profile.architectures.enumerated() {
            let path = "linux.seccomp.architectures[\(index)]"
            guard let abi = SyscallABI(architecture) else {
                throw SeccompError(path, "libseccomp \(SeccompFilter.libraryVersion) does not know \(architecture.rawValue)")
            }
            try library.add(abi, path: path)
            if !abis.contains(abi) { abis.append(abi) }
        }

        var flags: UInt32 = 0
        var warnings: [String] = []
        if let requested = profile.flags {
            for (index, flag) in requested.enumerated() {
                let path = "linux.seccomp.flags[\(index)]"
                flags |= flag.bits
                if flag == .waitKillableReceive {
                    warnings.append("\(path): \(flag.rawValue) has no effect without SCMP_ACT_NOTIFY")
                } else if !flag.isSupported {
                    throw SeccompError(path, "the kernel does not know \(flag.rawValue)")
                }
            }
        } else if SeccompFlag.speculationAllow.isSupported {
            // Without it, kernels before 5.16 slow down every process that has a filter. runc's default too.
            flags = SeccompFlag.speculationAllow.bits
        }

        defaultAction = profile.defaultAction
        self.defaultReturnValue = defaultReturnValue
        self.library = library
        decisions = abis.map { SyscallDecisions($0) }
        self.flags = flags
        self.warnings = warnings
    }

    private static func returnValue(
        _ action: SeccompAction, errnoRet: UInt32?, path: String, errnoPath: String
    ) throws(SeccompError) -> UInt32 {
        guard action.isSupported else { throw SeccompError(path, "\(action.rawValue) is not supported yet") }
        if let errnoRet {
            guard let largest = action.largestErrno else { throw SeccompError(errnoPath, "\(action.rawValue) takes no errno") }
            if errnoRet > largest {
                throw SeccompError(errnoPath, "must be from 0 to \(largest) with \(action.rawValue), not \(errnoRet)")
            }
        }
        return action.returnValue(errnoRet: errnoRet)
    }

    /// Adds one element of `linux.seccomp.syscalls`.
    mutating func add(_ rule: Syscall, path: String) throws(SeccompError) {
        let returnValue = try Self.returnValue(
            rule.action, errnoRet: rule.errnoRet, path: "\(path).action", errnoPath: "\(path).errnoRet")
        for (index, argument) in rule.args.enumerated() where argument.index >= SeccompArg.syscallArgumentCount {
            throw SeccompError(
                "\(path).args[\(index)].index", "must be from 0 to \(SeccompArg.syscallArgumentCount - 1), not \(argument.index)")
        }
        if rule.names.isEmpty { throw SeccompError("\(path).names", "must not be empty") }

        let alternatives = rule.alternatives
        for (index, name) in rule.names.enumerated() {
            let path = "\(path).names[\(index)]"
            // A NUL would end the name early for libseccomp, which could know what precedes it.
            if name.isEmpty || name.utf8.contains(0) { throw SeccompError(path, "is not the name of a system call") }
            let number = seccomp_syscall_resolve_name(name)
            if number == __NR_SCMP_ERROR {
                warnings.append(
                    "\(path): libseccomp \(SeccompFilter.libraryVersion) does not know the system call \(name.debugDescription): left out")
                continue
            }
            for abi in decisions.indices { decisions[abi].know(decisions[abi].abi.location(of: name)) }
            // libseccomp refuses a rule that says what the default says.
            if returnValue == defaultReturnValue { continue }
            if alternatives.isEmpty {
                try decide(name, number: number, returnValue, path: path)
            }
            // After a rule without `args` these mean nothing, and cannot contradict each other.
            for comparisons in alternatives where !decided.contains(number) {
                try addToLibrary(number: number, returnValue, comparisons: comparisons, path: path)
            }
        }
    }

    /// Takes over a rule without `args`: where the call has a number it is the prologue's.
    private mutating func decide(_ name: String, number: Int32, _ returnValue: UInt32, path: String) throws(SeccompError) {
        guard decided.insert(number).inserted else { return }
        var isMultiplexed = false
        for index in decisions.indices {
            switch decisions[index].abi.location(of: name) {
            case .number(let own): decisions[index].decide(own, returnValue)
            case .multiplexed: isMultiplexed = true
            case .nowhere: break
            }
        }
        if isMultiplexed { try addToLibrary(number: number, returnValue, comparisons: [], path: path) }
    }

    private mutating func addToLibrary(
        number: Int32, _ returnValue: UInt32, comparisons: [scmp_arg_cmp], path: String
    ) throws(SeccompError) {
        // Each takes an instruction at least; libseccomp's time grows with their square.
        libraryRuleCount += 1
        if libraryRuleCount > BPFProgram.maximumCount { throw SeccompError.tooLong(path) }
        try library.addRule(returnValue, number: number, comparisons: comparisons, path: path)
    }

    /// The program of all that was added.
    consuming func finish() throws(SeccompError) -> SeccompProgram {
        // A libc tries a new call, and does without it only on ENOSYS: a profile that is older than the call must not answer
        // EPERM for what it does not know. The calls that it leaves out on purpose lie below the last that it names.
        let newer = defaultAction.isPermissive ? nil : SeccompAction.errno.returnValue(errnoRet: UInt32(ENOSYS))
        var program = SyscallPrologue(decisions, newer: newer).program
        program.append(try library.export())
        if program.count > BPFProgram.maximumCount { throw SeccompError.tooLong("linux.seccomp.syscalls") }
        return SeccompProgram(program, flags: flags, warnings: warnings)
    }
}
