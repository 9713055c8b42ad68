import CgroupControl
import ContainerPlan
import LinuxKernel
import SystemPackage

/// The mount of type `cgroup`: the container sees the cgroups that it is in, and may write at most its own.
extension StepInterpreter {
    private static let cgroupAttributes: MountAttributes = [.noSetuid, .noDevices, .noExecution]

    /// Each hierarchy of version 1 under its own name, that of version 2 beside them.
    func mountCgroupTmpfs(_ step: MountStep) throws(KernelError) {
        let target = try root.makeDirectories(step.destination)
        try requireProcUntouched(by: false, target, step.destination)
        let tmpfs = try Mounts.fileSystem(
            "tmpfs", source: "tmpfs", options: [FileSystemOption("mode", "755"), FileSystemOption("size", "64k")],
            attributes: Self.cgroupAttributes)
        try finish(tmpfs, step, on: target)
        for hierarchy in plan.cgroupHierarchies.hierarchies {
            guard let copy = try copyOfCgroup(in: hierarchy, step) else { continue }
            try tmpfs.makeDirectory(hierarchy.name, mode: 0o755)
            let directory = try tmpfs.open(hierarchy.name, [.path, .directory, .noFollow])
            try Mounts.attach(copy, on: directory)
            let controllers = hierarchy.controllers.split(separator: ",").map(String.init)
            if controllers.count > 1 {
                for controller in controllers where controller != hierarchy.name {
                    try tmpfs.makeSymbolicLink(controller, to: hierarchy.name)
                }
            }
        }
        if step.becomesReadOnly { mountsToBeReadOnly.append(SharedDescriptor(tmpfs)) }
    }

    /// - Parameter fresh: as the container's own cgroup namespace shows it, where the kernel allows that; else a copy.
    func mountCgroup2(_ step: MountStep, fresh: Bool) throws(KernelError) {
        let target = try root.makeDirectories(step.destination)
        try requireProcUntouched(by: false, target, step.destination)
        do throws(KernelError) {
            guard fresh else { throw KernelError(.fsmount, .notPermitted) }
            // Without a cgroup of its own the namespace begins at somebody else's.
            let isOwn = try openContainerCgroup(in: plan.cgroupHierarchies.unified) != nil
            let mount = try Mounts.fileSystem(
                "cgroup2", source: "cgroup", options: [], attributes: isOwn ? step.options.set : step.options.set.union(.readOnly))
            try finish(mount, step, on: target)
        } catch {
            guard [.notPermitted, .resourceBusy].contains(error.errno), let hierarchy = plan.cgroupHierarchies.unified,
                let copy = try copyOfCgroup(in: hierarchy, step)
            else { throw error }
            try finish(copy, step, on: target)
        }
    }

    /// A copy of the cgroup that the container is in; nil where no mount of the host shows it. Read-only where that was asked
    /// for, or where it is not the container's own.
    private func copyOfCgroup(in hierarchy: CgroupHierarchies.Hierarchy, _ step: MountStep) throws(KernelError) -> OwnedDescriptor? {
        let attributes = Self.cgroupAttributes.union(step.options.set)
        if let own = try openContainerCgroup(in: hierarchy) {
            try Mounts.setAttributes(own, set: attributes)
            return own
        }
        guard let shared = try copyIfThere(cgroups[hierarchy.controllers]?.runtime) else { return nil }
        try Mounts.setAttributes(shared, set: attributes.union(.readOnly))
        return shared
    }

    private func openContainerCgroup(in hierarchy: CgroupHierarchies.Hierarchy?) throws(KernelError) -> OwnedDescriptor? {
        try copyIfThere(hierarchy.flatMap { cgroups[$0.controllers]?.container })
    }

    private func copyIfThere(_ directory: String?) throws(KernelError) -> OwnedDescriptor? {
        guard let directory else { return nil }
        do throws(KernelError) { return try Mounts.copy(of: directory, recursive: false) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }
}
