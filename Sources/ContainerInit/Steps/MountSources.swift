import ContainerPlan
import LinuxKernel
import SystemPackage

/// The sources of bind mounts, opened as detached copies: by the runtime or by init, each where the plan says.
public final class MountSources {
    /// Numbered as in the plan; nil for an optional one that is not to be had.
    private var copies: [SharedDescriptor?] = []
    /// What there was room for before them.
    private let limit: DescriptorLimit

    public init(_ limit: DescriptorLimit) { self.limit = limit }

    public subscript(number: Int) -> SharedDescriptor? {
        get { copies[number] }
        set { copies[number] = newValue }
    }

    /// - Parameter mapIDs: how a copy gets its id mapping, where it has one.
    public func open(
        _ sources: [MountSource], mapIDs: (SharedDescriptor, MountIDMapping) throws(KernelError) -> Void = { (_, _) throws(KernelError) in }
    ) throws(KernelError) {
        try limit.raise(for: sources.count)
        for source in sources {
            do throws(KernelError) {
                let copy = SharedDescriptor(try Self.open(source))
                if let mapping = source.idMapping {
                    do throws(KernelError) { try mapIDs(copy, mapping) } catch { throw error.about(source.path) }
                }
                copies.append(copy)
            } catch {
                guard source.optional else { throw error }
                copies.append(nil)
            }
        }
    }

    private static func open(_ source: MountSource) throws(KernelError) -> OwnedDescriptor {
        guard let disk = source.disk else { return try Mounts.copy(of: source.path, recursive: source.recursive) }
        do throws(KernelError) { return try Mounts.fileSystem(disk.type, source: source.path, options: disk.options, attributes: []) } catch {
            throw error.about(source.path + (error.subject.isEmpty ? "" : " (\(error.subject))"))
        }
    }

    /// What the runtime copied is a peer of the host's mounts: nothing may go back to them.
    public func detachFromHost(_ propagation: MountPropagation) throws(KernelError) {
        for case let copy? in copies { try Mounts.setPropagation(copy, propagation, recursive: true) }
    }

    /// Closes those that are not needed any more, for the limit of descriptors to be the caller's again.
    public func close(except kept: Int? = nil) throws(KernelError) {
        for number in copies.indices where number != kept { copies[number] = nil }
        try limit.restore()
    }
}
