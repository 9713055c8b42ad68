import CheckpointRestore
import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// What a restore needs of the bundle's mounts: CRIU mounts all of them itself, on mount points that have to be there.
enum RestoredMounts {
    /// For each mount that may be the host's, by its mount point, what of the host it is; those that the image holds are
    /// simply not asked for.
    ///
    /// - Parameter cgroups: what the new container is shown, by the hierarchy's controllers.
    static func externals(_ plan: InitPlan, cgroups: [String: ShownCgroup]) -> [CRIUOptions.External] {
        plan.steps.flatMap { step -> [CRIUOptions.External] in
            switch step {
            case .mount(let mount):
                let destination = mount.destination.normalizedPath
                switch mount.content {
                case .cgroup2: return cgroups[""]?.present.map { [.mount(destination, $0)] } ?? []
                case .cgroupTmpfs:
                    return plan.cgroupHierarchies.hierarchies.compactMap { hierarchy in
                        cgroups[hierarchy.controllers]?.present.map { .mount("\(destination)/\(hierarchy.name)", $0) }
                    }
                default: return mount.hostSource.map { [.mount(destination, plan.sources[$0].path)] } ?? []
                }
            case .makeDevice(let device): return [.mount(device.path.normalizedPath, device.path)]
            case .mask(let path): return [.mount(path.normalizedPath, "/dev/null")]
            default: return []
            }
        }
    }

    /// Makes the mount points in the root file system, as the making of the container did; those in other mounts are in
    /// the image.
    static func makeMountPoints(_ plan: InitPlan) throws(RuntimeError) {
        guard let source = plan.rootSource else { return }
        var mounted: [String] = []
        do throws(KernelError) {
            let root = RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open(plan.sources[source].path, [.path, .directory])))
            for case .mount(let mount) in plan.steps {
                let destination = mount.destination.normalizedPath
                defer { mounted.append(destination) }
                if mounted.contains(where: { ExternalMounts.isPath(destination, below: $0) }) { continue }
                if let source = mount.hostSource, try !FileDescriptor.currentDirectory.open(plan.sources[source].path, .path).status().isDirectory {
                    _ = try root.makeFile(destination)
                } else {
                    _ = try root.makeDirectories(destination)
                }
            }
        } catch { throw RuntimeError("making a mount point", error) }
    }
}

extension ShownCgroup {
    /// As for a container that is made: its own, else the runtime's.
    fileprivate var present: String? { [container, runtime].compactMap { $0 }.first { access($0, F_OK) == 0 } }
}

extension MountStep {
    /// Which of the plan's sources it is, or may be, a copy of.
    fileprivate var hostSource: Int? {
        if case .bind(let source) = content { return source }
        if case .bind(let source) = fallback { return source }
        return nil
    }
}

extension String {
    /// As /proc/PID/mountinfo names it, where no link is on the way.
    fileprivate var normalizedPath: String { "/" + pathComponentsResolvingDots.joined(separator: "/") }
}
