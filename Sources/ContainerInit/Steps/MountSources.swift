import ContainerPlan
import LinuxKernel
import SystemPackage

/// Opens the sources of bind mounts, as detached copies. The runtime and init both do, each where the plan says.
public enum MountSources {
    /// The copies are numbered as in the plan; an optional one that is not to be had has no descriptor (-1).
    public static func open(_ sources: [MountSource]) throws(KernelError) -> DescriptorList {
        let opened = DescriptorList()
        for source in sources {
            do throws(KernelError) { opened.append(try Mounts.copy(of: source.path, recursive: source.recursive)) } catch {
                guard source.optional else { throw error }
                opened.append(OwnedDescriptor(owning: -1))
            }
        }
        return opened
    }

    /// What the runtime copied is a peer of the host's mounts: nothing may go back to them.
    public static func detachFromHost(_ sources: DescriptorList, _ propagation: MountPropagation) throws(KernelError) {
        for index in 0..<sources.count where sources[index].rawValue >= 0 {
            try Mounts.setPropagation(sources[index], propagation, recursive: true)
        }
    }
}
