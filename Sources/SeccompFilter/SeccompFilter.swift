import CSeccomp
import Glibc
import RuntimeSpec

/// Makes the program of a profile, `linux.seccomp` of config.json. It changes nothing in the calling process.
///
/// Where rules meet: among those without `args` for a call the first counts, and it counts more than any with `args`; a rule
/// whose action is the default one is no rule. So does runc. Spec: config-linux.md, "Seccomp"
public enum SeccompFilter {
    /// The version of the libseccomp that is linked: `2.5.4`.
    public static var libraryVersion: String {
        guard let version = seccomp_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.micro)"
    }

    /// The actions that a profile may have.
    public static var supportedActions: [SeccompAction] { SeccompAction.allCases }

    /// The comparisons that a profile may have here.
    public static var supportedOperators: [SeccompOperator] { SeccompOperator.allCases }

    /// The architectures whose system calls libseccomp knows.
    public static var supportedArchitectures: [SeccompArchitecture] {
        SeccompArchitecture.allCases.filter { SyscallABI($0) != nil }
    }

    /// The flags that are accepted.
    public static var knownFlags: [SeccompFlag] { SeccompFlag.allCases }

    /// The flags that have an effect, which is also the kernel's to say.
    public static var supportedFlags: [SeccompFlag] { SeccompFlag.allCases.filter(\.isSupported) }

    /// Compiles a profile for the native architecture and those that it names.
    ///
    /// System calls that libseccomp does not know are left out, with a warning. Errors name the field.
    ///
    /// - Parameter mayHang: false makes an error of rules on which libseccomp could loop for ever.
    public static func compile(_ profile: Seccomp, mayHang: Bool = true) throws(SeccompError) -> SeccompProgram {
        var warnings: [String] = []
        if profile.defaultAction == .notify {
            throw SeccompError("linux.seccomp.defaultAction", "SCMP_ACT_NOTIFY cannot be it: nobody could answer before the agent is there")
        }
        let defaultReturnValue = try returnValue(
            profile.defaultAction, errnoRet: profile.defaultErrnoRet, path: "linux.seccomp.defaultAction",
            errnoPath: "linux.seccomp.defaultErrnoRet")
        let flags = try installFlags(profile, &warnings)
        var rules = try abiRules(profile, defaultReturnValue, mayHang: mayHang)
        for (index, syscall) in profile.syscalls.enumerated() {
            try add(syscall, to: &rules, &warnings, path: "linux.seccomp.syscalls[\(index)]")
        }
        // A libc tries a new call and does without it only on ENOSYS: a profile that is older than the call must not answer
        // EPERM for what it does not know. The calls that it leaves out on purpose lie below the last that it names.
        let newer = profile.defaultAction.isPermissive ? nil : SeccompAction.errno.returnValue(errnoRet: UInt32(ENOSYS))
        let program = try ProfileProgram(rules, newer: newer).program
        return SeccompProgram(program, flags: flags, warnings: warnings)
    }

    /// What the container's process does right after it has the program. Man: seccomp_unotify(2)
    private static let handingOverCall = "sendmsg"

    private static func returnValue(
        _ action: SeccompAction, errnoRet: UInt32?, path: String, errnoPath: String
    ) throws(SeccompError) -> UInt32 {
        if let errnoRet {
            guard let largest = action.largestErrno else { throw SeccompError(errnoPath, "\(action.rawValue) takes no errno") }
            if errnoRet > largest {
                throw SeccompError(errnoPath, "must be from 0 to \(largest) with \(action.rawValue), not \(errnoRet)")
            }
        }
        return action.returnValue(errnoRet: errnoRet)
    }

    private static func installFlags(_ profile: Seccomp, _ warnings: inout [String]) throws(SeccompError) -> UInt32 {
        let listenerBit = profile.usesNotify ? SeccompFlag.newListenerBit : 0
        guard let requested = profile.flags else {
            // Before 5.16 a kernel slows down every process that has a filter without this flag. It is runc's default too.
            return listenerBit | (SeccompFlag.speculationAllow.isSupported ? SeccompFlag.speculationAllow.bits(hasListener: false) : 0)
        }
        var flags = listenerBit
        for (index, flag) in requested.enumerated() {
            let path = "linux.seccomp.flags[\(index)]"
            if flag == .waitKillableReceive && !profile.usesNotify {
                warnings.append("\(path): \(flag.rawValue) has no effect without SCMP_ACT_NOTIFY")
            } else if !flag.isSupported {
                throw SeccompError(path, "the kernel does not know \(flag.rawValue)")
            }
            flags |= flag.bits(hasListener: profile.usesNotify)
        }
        return flags
    }

    /// Without rules yet: one for each ABI, the native one first, once.
    private static func abiRules(_ profile: Seccomp, _ defaultReturnValue: UInt32, mayHang: Bool) throws(SeccompError) -> [ABIRules] {
        var rules = [try ABIRules(.native, defaultReturnValue: defaultReturnValue, mayHang: mayHang, path: "linux.seccomp")]
        for (index, architecture) in profile.architectures.enumerated() {
            let path = "linux.seccomp.architectures[\(index)]"
            guard let abi = SyscallABI(architecture) else {
                throw SeccompError(path, "libseccomp \(libraryVersion) does not know \(architecture.rawValue)")
            }
            if rules.contains(where: { $0.abi == abi }) { continue }
            rules.append(try ABIRules(abi, defaultReturnValue: defaultReturnValue, mayHang: mayHang, path: path))
        }
        return rules
    }

    private static func add(
        _ syscall: Syscall, to rules: inout [ABIRules], _ warnings: inout [String], path: String
    ) throws(SeccompError) {
        let returnValue = try returnValue(
            syscall.action, errnoRet: syscall.errnoRet, path: "\(path).action", errnoPath: "\(path).errnoRet")
        for (index, argument) in syscall.args.enumerated() where argument.index >= SeccompArg.syscallArgumentCount {
            throw SeccompError(
                "\(path).args[\(index)].index", "must be from 0 to \(SeccompArg.syscallArgumentCount - 1), not \(argument.index)")
        }
        if syscall.names.isEmpty { throw SeccompError("\(path).names", "must not be empty") }

        let alternatives = syscall.alternatives
        for (index, name) in syscall.names.enumerated() {
            let path = "\(path).names[\(index)]"
            // A NUL would end the name early for libseccomp, which could know what precedes it.
            if syscall.action == .notify && name == handingOverCall {
                throw SeccompError(path, "\(name) cannot have SCMP_ACT_NOTIFY: it hands the listener over to the agent")
            }
            if name.isEmpty || name.utf8.contains(0) { throw SeccompError(path, "is not the name of a system call") }
            if seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR {
                warnings.append("\(path): libseccomp \(libraryVersion) does not know \(name.debugDescription): left out")
                continue
            }
            for abi in rules.indices {
                try rules[abi].add(returnValue, name: name, alternatives: alternatives, path: path)
            }
        }
    }
}
