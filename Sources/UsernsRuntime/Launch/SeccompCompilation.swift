import ContainerPlan
import RuntimeSpec
import SeccompFilter

/// `linux.seccomp` → the filter of a plan.
enum SeccompCompilation {
    static func compile(_ profile: Seccomp?, log: RuntimeLog) throws(RuntimeError) -> ProcessPlan.SeccompPlan? {
        guard let profile else { return nil }
        let program: SeccompProgram
        do throws(SeccompError) { program = try SeccompFilter.compile(profile) } catch { throw RuntimeError(error.description) }
        for warning in program.warnings { log.debug(warning) }
        return ProcessPlan.SeccompPlan(instructions: program.instructions, flags: program.flags)
    }
}
