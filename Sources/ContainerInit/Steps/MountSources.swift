import ContainerPlan
import LinuxKernel
import SystemPackage

/// Opens the sources of bind mounts, as detached copies. The runtime and init both do, each where the plan says.
public enum MountSources {
    /// The copies are numbered as in the plan; nil for an optional one that is not to be had.
    ///
    /// - Parameter mapIDs: how a copy gets its id mapping, where it has one.
    public static func open(
        _ sources: [MountSource], mapIDs: (SharedDescriptor, MountIDMapping) throws(KernelError) -> Void = { (_, _) throws(KernelError) in }
    ) throws(KernelError) -> [SharedDescriptor?] {
        var opened: [SharedDescriptor?] = []
        for source in sources {
            do throws(KernelError) {
                let copy = SharedDescriptor(try open(source))
                if let mapping = source.idMapping {
                    do throws(KernelError) { try mapIDs(copy, mapping) } catch { throw KernelError(error.call, error.errno, source.path) }
                }
                opened.append(copy)
            } catch {
                guard source.optional else { throw error }
                opened.append(nil)
            }
        }
        return opened
    }

    private static func open(_ source: MountSource) throws(KernelError) -> OwnedDescriptor {
        guard let disk = source.disk else { return try Mounts.copy(of: source.path, recursive: source.recursive) }
        do throws(KernelError) { return try Mounts.fileSystem(disk.type, source: source.path, options: disk.options, attributes: []) } catch {
            throw KernelError(error.call, error.errno, source.path + (error.subject.isEmpty ? "" : " (\(error.subject))"))
        }
    }

    /// What the runtime copied is a peer of the host's mounts: nothing may go back to them.
    public static func detachFromHost(_ sources: [SharedDescriptor?], _ propagation: MountPropagation) throws(KernelError) {
        for case let source? in sources { try Mounts.setPropagation(source, propagation, recursive: true) }
    }
}
