import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

extension SetupUser {
    /// Groups first: without uid 0 they cannot be changed any more. Capabilities are kept where uid 0 is not mapped.
    func become(_ procfs: ProcessFileSystem) throws(KernelError) {
        if dropsGroups { try dropGroups(procfs) }
        try CurrentProcess.keepCapabilities(true)
        try CurrentProcess.setGID(gid)
        try CurrentProcess.setUID(uid)
        // Both are undone by a change of ids.
        try CurrentProcess.setCapabilities(.all(try CurrentProcess.capabilities()))
        try CurrentProcess.setParentDeathSignal(SIGKILL)
    }

    /// In a user namespace that was joined, setgroups(2) may be denied to everyone: then there is nothing to be dropped.
    private func dropGroups(_ procfs: ProcessFileSystem) throws(KernelError) {
        do throws(KernelError) { try CurrentProcess.setGroups([]) } catch {
            guard error.errno == .notPermitted, try procfs.setgroupsIsDenied("self") else { throw error }
        }
    }
}

extension CapabilitySets {
    /// All that is permitted, effective.
    static func all(_ sets: CapabilitySets) -> CapabilitySets {
        CapabilitySets(effective: sets.permitted, permitted: sets.permitted, inheritable: sets.inheritable)
    }
}
