import CSeccomp
import Glibc

/// A filter under construction in libseccomp, which is released with this value.
///
/// It is only ever exported, never loaded by libseccomp: what libseccomp would do while loading (no_new_privs,
/// synchronising threads, flags) is of no consequence. Man: seccomp_init(3)
struct LibseccompFilter: ~Copyable {
    private let context: scmp_filter_ctx

    /// Calls of an architecture that is not in the filter kill their thread, libseccomp's own choice.
    init(defaultReturnValue: UInt32) throws(SeccompError) {
        guard let context = seccomp_init(defaultReturnValue) else {
            throw SeccompError("linux.seccomp.defaultAction", "libseccomp or the kernel does not know this action", errno: EINVAL)
        }
        // Without it an error of the system becomes ECANCELED.
        let status = seccomp_attr_set(context, SCMP_FLTATR_API_SYSRAWRC, 1)
        if status < 0 {
            seccomp_release(context)
            throw SeccompError("linux.seccomp", "libseccomp refuses to report errors of the system", errno: -status)
        }
        self.context = context
    }

    deinit { seccomp_release(context) }

    /// The native one is there from the start; one that is there already changes nothing.
    func add(_ abi: SyscallABI, path: String) throws(SeccompError) {
        let status = seccomp_arch_add(context, abi.token)
        if status == 0 || status == -EEXIST { return }
        let problem = status == -EDOM ? "has another byte order than this machine" : "libseccomp refuses the architecture"
        throw SeccompError(path, problem, errno: -status)
    }

    /// Adds a rule in every architecture that has the call. `number` is the native or pseudo number that libseccomp gave its
    /// name; all `comparisons` must hold, each of another argument.
    func addRule(_ returnValue: UInt32, number: Int32, comparisons: [scmp_arg_cmp], path: String) throws(SeccompError) {
        let status = seccomp_rule_add_array(context, returnValue, number, UInt32(comparisons.count), comparisons)
        if status == 0 { return }
        let problem =
            status == -EEXIST
            ? "contradicts an earlier rule for the same system call and arguments" : "libseccomp refuses the rule"
        throw SeccompError(path, problem, errno: -status)
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
