import CgroupControl
import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// Does the plan's steps, one by one. What one leaves for a later one is here.
final class StepInterpreter {
    let plan: InitPlan
    let procfs: ProcessFileSystem
    let hookState: (_ status: String, _ pid: Int32) -> String
    /// The umask that the runtime was called with.
    let callersMask: mode_t
    /// By the hierarchy's controllers.
    let cgroups: [String: ShownCgroup]
    let sources: MountSources
    private(set) var terminal: ContainerTerminal?
    /// The masked directories share one empty, read-only tmpfs: this is where it is attached first.
    var maskingDirectory: SharedDescriptor?

    init(
        plan: InitPlan, sources: MountSources, cgroups: [String: ShownCgroup], procfs: ProcessFileSystem,
        hookState: @escaping (String, Int32) -> String, callersMask: mode_t
    ) {
        self.plan = plan
        self.sources = sources
        self.procfs = procfs
        self.hookState = hookState
        self.cgroups = cgroups
        self.callersMask = callersMask
    }

    /// The ids of mounts of file systems that were made for the container and hold nothing of the host's.
    var madeMounts: Set<UInt64> = []

    /// Those that are to be filled first. Held, for a later mount may cover one.
    var mountsToBeReadOnly: [SharedDescriptor] = []

    /// The container's root file system, or what was mounted on it; where nothing is mounted for it, what is `/` at the moment:
    /// the host's, until the root is changed.
    var root: RootDirectory {
        get throws(KernelError) {
            guard let source = plan.rootSource else { return try .current() }
            return RootDirectory(sources[source]!)
        }
    }

    func perform(_ step: InitStep, _ channel: borrowing ChildChannel) throws(KernelError) {
        switch step {
        case .joinNamespace(let join): try NamespaceJoiner.join(join.kind, path: join.path)
        case .setPropagationOfAll(let propagation):
            try Mounts.setPropagation(RootDirectory.current().descriptor, propagation, recursive: true)
        case .isolateParentOfRoot(let path): try isolateMount(holding: path)
        case .openSources: try sources.open(plan.sources)
        case .closeSources: try sources.close(except: plan.rootSource)
        case .becomeSetupUser(let user): try user.become(procfs)
        case .createCgroupNamespace: try CurrentProcess.unshare([.cgroup])
        case .joinSessionKeyring(let keyring): try keyring.join(procfs)
        case .bringUpLoopback: try LoopbackInterface.bringUp()
        case .setUpNetworkDevice(let device): try device.setUp()
        case .setHostname(let name): try CurrentProcess.setHostname(name)
        case .setDomainname(let name): try CurrentProcess.setDomainname(name)
        case .attachRoot(let path): try attachRoot(path)
        case .mount(let step): try mount(step)
        case .makeDevice(let device): try makeDevice(device)
        case .makeLink(let path, let target): try makeLink(path, to: target)
        case .awaitRuntimeHooks:
            try channel.send(.runtimeHooksDue)
            try channel.expect(.hooksDone)
        case .runContainerHooks(let rootfs): try runContainerHooks(rootfs)
        case .openTerminal(let size, let withConsole):
            // Without a mount namespace of its own the container's terminal is one of the host's.
            let opened = try ContainerTerminal(in: root, size: size, procfs)
            if withConsole { try mountConsole(opened) }
            try channel.send(.terminal, passing: opened.controller)
            terminal = opened
        case .makeWorkingDirectory(let path): try makeWorkingDirectory(path)
        case .enterRoot(let entry): try enterRoot(entry)
        case .setRootPropagation(let propagation, let recursive):
            try Mounts.setPropagation(root.descriptor, propagation, recursive: recursive)
        case .setSysctl(_, let path, let value): try procfs.write(path, value)
        case .makeReadOnly(let path): try makeReadOnly(path)
        case .mask(let path): try mask(path)
        case .makeMountsReadOnly: try makeMountsReadOnly()
        case .makeRootReadOnly: try Mounts.setAttributes(root.descriptor, set: .readOnly)
        }
    }

    /// With the caller's file mode creation mask: ours is for what we make.
    private func runContainerHooks(_ rootfs: String) throws(KernelError) {
        let directory = plan.rootSource == nil
            ? SharedDescriptor(try FileDescriptor.currentDirectory.open(rootfs, [.path, .directory])) : try root.descriptor
        umask(callersMask)
        defer { umask(0) }
        do throws(HookRunner.Failure) {
            try HookRunner.run(
                plan.hooks.createContainer, kind: "createContainer", state: hookState("creating", getpid()), in: directory,
                environment: plan.process.environment)
        } catch { throw KernelError(.execve, .ioError, error.message) }
    }

    /// What cannot be made (a read-only root) is told by the chdir that comes later.
    private func makeWorkingDirectory(_ path: String) throws(KernelError) {
        do throws(KernelError) { _ = try root.makeDirectories(path) } catch {
            guard [.readOnlyFileSystem, .permissionDenied, .notPermitted].contains(error.errno) else { throw error }
        }
    }

    private func enterRoot(_ entry: InitStep.RootEntry) throws(KernelError) {
        switch entry {
        case .pivot: try Mounts.pivotRoot(to: root.descriptor)
        case .move:
            // Over `/`, which stays ours until the root is changed: so nothing of the new root is in the way to the old one's mounts.
            try Mounts.attach(root.descriptor, on: RootDirectory.current().descriptor)
            try concealKernelMounts()
            try CurrentProcess.changeDirectory(root.descriptor)
            try Mounts.changeRootHere()
        case .changeRoot(let path):
            try CurrentProcess.changeDirectory(path)
            try Mounts.changeRootHere()
        }
    }
}
