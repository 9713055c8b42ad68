import ContainerPlan
import LinuxKernel
import SystemPackage

/// Limits of a process's resources, set from outside. Man: prlimit(2).
enum ResourceLimits {
    static func apply(_ limits: [ProcessPlan.RlimitPlan], pid: Int32) throws(RuntimeError) {
        for limit in limits {
            do throws(KernelError) {
                let wanted = ResourceLimit(soft: limit.soft, hard: limit.hard)
                do throws(KernelError) { try wanted.set(pid: pid, resource: limit.resource) } catch {
                    // What is only lowered the process can do itself: it inherited ours.
                    guard error.errno == .notPermitted, try limit.hard <= ResourceLimit.of(pid: 0, resource: limit.resource).hard else { throw error }
                }
            } catch {
                throw RuntimeError(
                    "process.rlimits: setting \(limit.name) to \(limit.soft):\(limit.hard)", cause: error.errno.text,
                    hint: error.errno == .notPermitted ? "raising a hard limit takes CAP_SYS_RESOURCE" : nil)
            }
        }
    }
}
