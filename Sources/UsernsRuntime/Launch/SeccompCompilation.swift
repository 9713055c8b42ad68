import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SeccompFilter

/// `linux.seccomp` → the filter of a plan.
enum SeccompCompilation {
    static func compile(_ profile: Seccomp?, log: RuntimeLog) throws(RuntimeError) -> ProcessPlan.SeccompPlan? {
        guard let profile else { return nil }
        let program = try compile(profile)
        for warning in program.warnings { log.debug(warning) }
        return ProcessPlan.SeccompPlan(instructions: program.instructions, flags: program.flags, hasListener: program.hasListener)
    }

    private static func compile(_ profile: Seccomp) throws(RuntimeError) -> SeccompProgram {
        do throws(SeccompError) { return try SeccompFilter.compile(profile, mayHang: false) } catch {
            guard error.isPossibleHang else { throw RuntimeError(error.description) }
            guard try comesToAnEnd(profile) else {
                throw RuntimeError(error.description, hint: "write the rules for the system call so that they compare the same arguments")
            }
        }
        do throws(SeccompError) { return try SeccompFilter.compile(profile) } catch { throw RuntimeError(error.description) }
    }

    private static let processorSeconds: UInt64 = 5
    /// The kernel's number of RLIMIT_CPU.
    private static let processorTime: Int32 = 0

    /// A child tries first, which the kernel ends where it takes too long.
    private static func comesToAnEnd(_ profile: Seccomp) throws(RuntimeError) -> Bool {
        do throws(KernelError) {
            guard let child = try ChildProcess.clone(flags: 0) else { tryInChild(profile) }
            return try child.wait() == .exited(0)
        } catch { throw RuntimeError("linux.seccomp: trying the rules in a child", error) }
    }

    private static func tryInChild(_ profile: Seccomp) -> Never {
        do throws(KernelError) { try ResourceLimit(soft: processorSeconds, hard: processorSeconds).set(pid: 0, resource: processorTime) } catch { _exit(1) }
        // Its errors are told by who asked.
        do throws(SeccompError) { _ = try SeccompFilter.compile(profile) } catch {}
        _exit(0)
    }
}
