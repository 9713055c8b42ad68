import CgroupControl
import CheckpointRestore
import ContainerPlan
import IDMapping
import LinuxKernel
import RuntimeSpec
import SeccompFilter

extension RuntimeError {
    init(_ error: PlanError) { self.init(error.message, hint: error.hint) }
    init(_ error: IDMapError) { self.init(error.message, hint: error.hint) }
    init(_ error: KernelError) { self.init(error.description, hint: error.neededKernelHint) }
    init(_ error: CgroupError) { self.init(error.message, hint: error.hint) }
    init(_ error: CRIUError) { self.init(error.message, cause: error.cause, hint: error.hint) }

    /// What was being done, or with which file; then the kernel's answer.
    init(_ doing: String, _ error: KernelError, hint: String? = nil) {
        self.init(doing, cause: doing.hasSuffix(error.subject) ? error.errno.text : error.description, hint: hint ?? error.neededKernelHint)
    }
}
