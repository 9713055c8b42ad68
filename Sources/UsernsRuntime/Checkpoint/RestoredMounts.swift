import CheckpointRestore
import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// What a restore needs of the bundle's mounts: CRIU mounts all of them itself, on mount points that have to be there, and
/// knows those of the host by their mount points, which are without links.
struct RestoredMounts {
    private let plan: InitPlan
    private let files: ContainerFiles
    /// By the number of the step.
    private let destinations: [Int: String]

    /// Makes the mount points in the root file system and in directories of the host, as the making of the container did;
    /// those in other mounts are in the image.
    init(making plan: InitPlan) throws(RuntimeError) {
        self.plan = plan
        do throws(KernelError) {
            var files = try ContainerFiles(root: plan.rootSource.map { plan.sources[$0].path })
            var destinations: [Int: String] = [:]
            for (number, step) in plan.steps.enumerated() {
                guard let path = step.mountedOn else { continue }
                let destination = try files.resolve(path)
                destinations[number] = destination
                guard case .mount(let mount) = step else { continue }
                let source = mount.hostSource.map { plan.sources[$0].path }
                try files.makeMountPoint(destination, like: source)
                if case .bind = mount.content { try files.mount(source, on: destination) } else { files.cover(destination, by: source) }
            }
            (self.files, self.destinations) = (files, destinations)
        } catch { throw RuntimeError("making a mount point", error) }
    }

    /// For each mount that may be the host's, by its mount point, what of the host it is; those that the image holds are
    /// simply not asked for.
    ///
    /// - Parameter cgroups: what the new container is shown, by the hierarchy's controllers.
    func externals(cgroups: [String: ShownCgroup], host: [MountInfo]) -> [CRIUOptions.External] {
        plan.steps.enumerated().flatMap { (number, step) -> [CRIUOptions.External] in
            guard let destination = destinations[number] else { return [] }
            switch step {
            case .mount(let mount):
                switch mount.content {
                case .cgroup2: return cgroups[""]?.present.map { [.mount(destination, $0)] } ?? []
                case .cgroupTmpfs:
                    return plan.cgroupHierarchies.hierarchies.compactMap { hierarchy in
                        cgroups[hierarchy.controllers]?.present.map { .mount("\(destination)/\(hierarchy.name)", $0) }
                    }
                default: return mount.hostSource.map { external(plan.sources[$0], destination, host) } ?? []
                }
            case .makeDevice(let device): return [.mount(destination, device.path)]
            case .mask: return [.mount(destination, "/dev/null")]
            case .makeReadOnly: return files.onHost(destination).map { [.mount(destination, $0)] } ?? []
            default: return []
            }
        }
    }

    /// What a recursive one brings along has mount points of its own.
    private func external(_ source: MountSource, _ destination: String, _ host: [MountInfo]) -> [CRIUOptions.External] {
        var externals = [CRIUOptions.External.mount(destination, source.path)]
        guard source.recursive, let resolved = realpath(source.path, nil) else { return externals }
        defer { free(resolved) }
        let path = String(cString: resolved)
        for mount in host where mount.mountPoint != path && ExternalMounts.isPath(mount.mountPoint, below: path) {
            externals.append(.mount((destination == "/" ? "" : destination) + mount.mountPoint.dropFirst(path == "/" ? 0 : path.count), mount.mountPoint))
        }
        return externals
    }
}

/// The files of a container of which nothing is mounted yet: those of its root, and directories of the host that will be on it.
private struct ContainerFiles {
    private struct Mount {
        let destination: String
        /// nil for what only the image has.
        let tree: RootDirectory?
        /// On the host, where it is, or may be, the host's.
        let source: String?
    }
    /// The later are on top.
    private var mounts: [Mount] = []

    init(root: String?) throws(KernelError) { if let root { try mount(root, on: "/") } }

    mutating func mount(_ source: String?, on destination: String) throws(KernelError) {
        let tree = try source.map { (path) throws(KernelError) in RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open(path, .path))) }
        mounts.append(Mount(destination: destination, tree: tree, source: source))
    }

    /// By something that is not to be looked into.
    mutating func cover(_ destination: String, by source: String?) { mounts.append(Mount(destination: destination, tree: nil, source: source)) }

    /// The mount that a path without links lies in, and where: empty for its own root.
    private func place(of path: String) -> (mount: Mount, rest: String)? {
        guard let mount = mounts.last(where: { ExternalMounts.isPath(path, below: $0.destination) }) else { return nil }
        return (mount, String(path.dropFirst(mount.destination == "/" ? 1 : mount.destination.count + 1)))
    }

    /// As /proc/PID/mountinfo will name it: links are followed as far as they are there to be seen.
    func resolve(_ path: String) throws(KernelError) -> String {
        var pending = Array(path.parts(at: "/").reversed()), resolved: [String] = [], linksLeft = 40
        while let component = pending.popLast() {
            switch component {
            case ".": continue
            case "..": _ = resolved.popLast()
            default:
                guard let target = try link("/" + (resolved + [component]).joined(separator: "/")) else {
                    resolved.append(component)
                    continue
                }
                linksLeft -= 1
                guard linksLeft > 0 else { throw KernelError(.open, .tooManySymbolicLinkLevels, path) }
                if target.isAbsolutePath { resolved = [] }
                pending += target.parts(at: "/").reversed()
            }
        }
        return "/" + resolved.joined(separator: "/")
    }

    private func link(_ path: String) throws(KernelError) -> String? {
        guard let (mount, rest) = place(of: path), let tree = mount.tree, !rest.isEmpty else { return nil }
        do throws(KernelError) {
            let file = try tree.open(rest, [.path, .noFollow])
            return try file.status().isSymbolicLink ? try file.readSymbolicLink("").description : nil
        } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
            throw error
        }
    }

    /// - Parameter source: a file is mounted on a file.
    func makeMountPoint(_ destination: String, like source: String?) throws(KernelError) {
        guard let (mount, rest) = place(of: destination), let tree = mount.tree, !rest.isEmpty else { return }
        if let source, try !FileDescriptor.currentDirectory.open(source, .path).status().isDirectory {
            _ = try tree.makeFile(rest)
        } else {
            _ = try tree.makeDirectories(rest)
        }
    }

    /// What of the host's a path is, where it lies in a mount of the host's.
    func onHost(_ path: String) -> String? {
        guard let (mount, rest) = place(of: path), mount.destination != "/", let source = mount.source else { return nil }
        return rest.isEmpty ? source : source + "/" + rest
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

extension InitStep {
    /// The path in the container on which something is mounted, or may be.
    fileprivate var mountedOn: String? {
        switch self {
        case .mount(let mount): mount.destination
        case .makeDevice(let device): device.path
        case .mask(let path), .makeReadOnly(let path): path
        default: nil
        }
    }
}
