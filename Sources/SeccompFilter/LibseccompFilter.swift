import CSeccomp
import Glibc

/// A filter for one ABI, under construction in libseccomp, which is released with this object.
///
/// One for each ABI, and in it only what has a number there: libseccomp 2.5 does not load the number before it compares it where
/// the call that it sorts first has none, and then answers the default to everything.
/// Source: libseccomp's src/gen_bpf.c, _gen_bpf_arch
///
/// It is only ever exported, never loaded by libseccomp: what that would do besides (no_new_privs, synchronising threads,
/// flags) is of no consequence. Man: seccomp_init(3)
final class LibseccompFilter {
    private let context: scmp_filter_ctx
    private var ruleCount = 0
    private let mayHang: Bool
    /// The first argument of each rule that compares several.
    private var branches: [(number: Int32, argument: UInt32)] = []

    /// Calls that are not of this ABI kill their thread, libseccomp's own choice. `path` is where the profile names the ABI.
    init(_ abi: SyscallABI, defaultReturnValue: UInt32, mayHang: Bool, path: String) throws(SeccompError) {
        guard let context = seccomp_init(defaultReturnValue) else {
            throw SeccompError("linux.seccomp.defaultAction", "libseccomp or the kernel does not know this action", errno: EINVAL)
        }
        self.context = context
        self.mayHang = mayHang
        // Without it an error of the system becomes ECANCELED.
        var status = seccomp_attr_set(context, SCMP_FLTATR_API_SYSRAWRC, 1)
        let native = SyscallABI.native
        if status == 0, abi != native {
            status = seccomp_arch_add(context, abi.token)
            if status == -EDOM { throw SeccompError(path, "has another byte order than this machine") }
            if status == 0 { status = seccomp_arch_remove(context, native.token) }
        }
        if status < 0 { throw SeccompError(path, "libseccomp cannot make a filter", errno: -status) }
    }

    deinit { seccomp_release(context) }

    /// Adds a rule for a call at `location`: all `comparisons` must hold, each of another argument.
    func add(
        _ returnValue: UInt32, name: String, location: SyscallABI.Location, comparisons: [scmp_arg_cmp], path: String
    ) throws(SeccompError) {
        switch location {
        case .nowhere: return
        case .multiplexed(let call) where call.ownNumber == nil:
            // What libseccomp does itself for those with a number: the call's first argument is out of sight.
            let selector = scmp_arg_cmp(arg: 0, op: SCMP_CMP_EQ, datum_a: call.selector, datum_b: 0)
            try add(
                returnValue, name: call.multiplexer.rawValue, comparisons: [selector] + comparisons.filter { $0.arg != 0 }, path: path)
        case .number, .multiplexed:
            try add(returnValue, name: name, comparisons: comparisons, path: path)
        }
    }

    private func add(
        _ returnValue: UInt32, name: String, comparisons: [scmp_arg_cmp], path: String
    ) throws(SeccompError) {
        // Each takes an instruction at least; libseccomp's time grows with their square.
        ruleCount += 1
        if ruleCount > BPFProgram.maximumCount { throw SeccompError.tooLong(path) }
        // Rules take the native number of a name, or its pseudo number, whatever the ABI.
        let number = seccomp_syscall_resolve_name(name)
        try noteBranch(number, comparisons, path)
        let status = seccomp_rule_add_array(context, returnValue, number, UInt32(comparisons.count), comparisons)
        if status == 0 { return }
        let problem =
            status == -EEXIST
            ? "contradicts an earlier rule for the same system call and arguments" : "libseccomp refuses the rule"
        throw SeccompError(path, problem, errno: -status)
    }

    /// libseccomp 2.5 keeps the comparisons of a call as a tree, and can go round in it for ever while it adds a rule: only seen
    /// where another rule compares several arguments too, the same one first.
    private func noteBranch(_ number: Int32, _ comparisons: [scmp_arg_cmp], _ path: String) throws(SeccompError) {
        guard comparisons.count > 1, let first = comparisons.map(\.arg).min() else { return }
        if !mayHang, branches.contains(where: { $0.number == number && $0.argument == first }) { throw SeccompError.mayHang(path) }
        branches.append((number, first))
    }

    /// The filter as a program.
    func export() throws(SeccompError) -> BPFProgram {
        var status = 0
        let instructions = [sock_filter](unsafeUninitializedCapacity: BPFProgram.maximumCount) { buffer, initializedCount in
            status = cseccomp_export(context, buffer.baseAddress, UInt32(buffer.count))
            initializedCount = max(status, 0)
        }
        if status == -Int(E2BIG) { throw SeccompError.tooLong("linux.seccomp.syscalls") }
        if status < 0 { throw SeccompError("linux.seccomp", "libseccomp cannot generate the program", errno: Int32(-status)) }
        return BPFProgram(instructions: instructions)
    }
}
