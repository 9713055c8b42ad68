import ContainerPlan
import LinuxKernel
import SystemPackage

/// A process's priorities, set from outside: the real-time ones take CAP_SYS_NICE in the initial user namespace, which
/// root of another has not. Late, for they would hinder the setting up: what is SCHED_DEADLINE cannot fork.
enum SchedulingSetter {
    static func apply(_ process: ProcessPlan, pid: Int32) throws(RuntimeError) {
        if let scheduling = process.scheduling {
            do throws(KernelError) { try scheduling.set(pid: pid) } catch { throw refusal("process.scheduler", error) }
        }
        if let priority = process.ioPriority {
            do throws(KernelError) { try OtherProcess.setIOPriority(pid: pid, priority) } catch { throw refusal("process.ioPriority", error) }
        }
    }

    private static func refusal(_ field: String, _ error: KernelError) -> RuntimeError {
        RuntimeError(
            field, cause: error.description,
            hint: error.errno == .notPermitted ? "real-time classes and a higher priority take CAP_SYS_NICE on the host, and on cgroup v1 "
                + "linux.resources.cpu.realtimeRuntime" : nil)
    }
}
