import CSeccomp
import RuntimeSpec

/// The comparisons of arguments, as libseccomp takes them.
extension SeccompOperator {
    var comparison: scmp_compare {
        switch self {
        case .notEqual: SCMP_CMP_NE
        case .less: SCMP_CMP_LT
        case .lessOrEqual: SCMP_CMP_LE
        case .equal: SCMP_CMP_EQ
        case .greaterOrEqual: SCMP_CMP_GE
        case .greater: SCMP_CMP_GT
        case .maskedEqual: SCMP_CMP_MASKED_EQ
        }
    }
}

extension SeccompArg {
    /// How many arguments a system call has: `seccomp_data.args`.
    static let syscallArgumentCount: UInt32 = 6

    /// `index` is below `syscallArgumentCount`.
    var comparison: scmp_arg_cmp {
        scmp_arg_cmp(arg: index, op: op.comparison, datum_a: value, datum_b: valueTwo)
    }
}

extension Syscall {
    /// The rules for libseccomp that this one becomes; each holds where all its comparisons hold. Empty where there are no `args`.
    ///
    /// libseccomp cannot compare one argument twice in a rule. Where a profile does, each comparison becomes a rule of
    /// its own, so that any of them suffices: what runc does, which profiles rely on; the specification is silent.
    /// Man: seccomp_rule_add(3)
    var alternatives: [[scmp_arg_cmp]] {
        if args.isEmpty { return [] }
        let comparesOneTwice = Set(args.map(\.index)).count < args.count
        return comparesOneTwice ? args.map { [$0.comparison] } : [args.map(\.comparison)]
    }
}
