import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// The last stage: from a container that is set up to the execve of its process.
///
/// `awaitRelease` does all that may fail for the person's sake, and all that allocates; `finish` gives up privileges step by
/// step on prepared values.
final class ProcessStart {
    private let plan: ProcessPlan
    private let procfs: ProcessFileSystem
    private let terminal: ContainerTerminal?
    private var executable = ""
    private var arguments = CStringArray([])
    private var environment: [String] = []
    private var variables = CStringArray([])
    /// The directory could not be entered as root: it is tried as the process's user.
    private var entersDirectoryAsUser = false

    init(_ plan: ProcessPlan, procfs: ProcessFileSystem, terminal: ContainerTerminal?) {
        self.plan = plan
        self.procfs = procfs
        self.terminal = terminal
    }

    /// How each process of a container begins, once it is where the runtime wants it.
    static func begin(_ channel: borrowing ChildChannel, keepsAffinity: Bool = false) throws(KernelError) {
        try CurrentProcess.setParentDeathSignal(SIGKILL)
        try channel.expect(.proceed)
        if !keepsAffinity { forgetCallersAffinity() }
        try SignalQueue.restoreDefaults()
        try CurrentProcess.newSession()
    }

    /// On which CPUs the caller may run (its service's `CPUAffinity=`) does not bind the container: its cpuset does. Since Linux
    /// 6.2 a process that is moved to a cpuset keeps what it had chosen before.
    private static func forgetCallersAffinity() {
        // Where it is refused (by a filter that the runtime is under, or a policy), the container has fewer CPUs, and no harm.
        do throws(KernelError) { try CurrentProcess.resetAffinity() } catch {}
    }

    /// Prepares all, tells the runtime, and waits until it lets us go on.
    func awaitRelease(_ place: inout ChildFailure.Place, _ channel: borrowing ChildChannel) throws(KernelError) {
        try prepare(&place)
        try installListeningFilter(&place, channel)
        place = .process(.waitForStart)
        // Before `ready`: the parent may be gone as soon as it has sent `release`. Until then the end of the stream,
        // which `expect` hears, is its death.
        try CurrentProcess.setParentDeathSignal(0)
        try channel.send(.ready)
        try channel.expect(.release)
    }

    private func prepare(_ place: inout ChildFailure.Place) throws(KernelError) {
        place = .process(.standardDescriptors)
        try takeStandardDescriptors()
        place = .process(.changeDirectory)
        do throws(KernelError) { try enterWorkingDirectory() } catch {
            guard error.errno == .permissionDenied else { throw error }
            entersDirectoryAsUser = true
        }
        place = .process(.findExecutable)
        environment = try ProcessEnvironment.complete(plan.environment, uid: plan.uid)
        executable = try ExecutableSearch.find(plan.arguments[0], environment: environment)
        arguments = CStringArray(plan.arguments)
        variables = CStringArray(environment)
    }

    /// A filter with a listener is installed while there is somebody to give it to: early, so that what is left to do has to
    /// be allowed by it, or answered by the agent.
    private func installListeningFilter(_ place: inout ChildFailure.Place, _ channel: borrowing ChildChannel) throws(KernelError) {
        guard let seccomp = plan.seccomp, seccomp.hasListener else { return }
        place = .process(.seccomp)
        if plan.noNewPrivileges { try CurrentProcess.setNoNewPrivileges() }
        let listener = OwnedDescriptor(owning: try CurrentProcess.installSeccompFilter(seccomp.instructions, flags: seccomp.flags))
        try channel.send(.seccompListener, passing: listener)
    }

    private func takeStandardDescriptors() throws(KernelError) {
        if let terminal {
            try Terminal.makeControlling(terminal.peer)
            for descriptor: Int32 in 0...2 { try terminal.peer.duplicate(onto: descriptor) }
        }
        // /dev/stdout and its kin can be opened again only by their owner. Not every file lets itself be given away.
        for descriptor: Int32 in 0...2 {
            let stream = FileDescriptor(rawValue: descriptor)
            let status: FileStatus
            do throws(KernelError) { status = try stream.status() } catch { continue }
            if status.isCharacterDevice(1, 3) { try takeOwnNull(descriptor) }
            // A device of the caller's is the host's, a terminal somebody's who sits at it: others of that id could open it.
            if (terminal == nil && status.isCharacterDevice) || status.uid == plan.uid { continue }
            do throws(KernelError) { try stream.changeOwner(uid: plan.uid, gid: UInt32.max) } catch {
                guard [.invalidArgument, .notPermitted, .readOnlyFileSystem].contains(error.errno) else { throw error }
            }
        }
    }

    /// The host's /dev/null is a file outside of the container, which CRIU could not save: the container's own does the same.
    /// Looked at before it is opened: what a container put there instead may wait for a reader, or act when it is opened.
    private func takeOwnNull(_ descriptor: Int32) throws(KernelError) {
        let null: OwnedDescriptor
        do throws(KernelError) {
            let found = try FileDescriptor.currentDirectory.open("/dev/null", [.path, .noFollow])
            guard try found.status().isCharacterDevice(1, 3) else { return }
            null = try procfs.reopen(found, .readWrite)
        } catch { return }
        try null.duplicate(onto: descriptor)
    }

    /// A directory outside the root (by a descriptor that leaked) has no name inside: CVE-2024-21626.
    private func enterWorkingDirectory() throws(KernelError) {
        try CurrentProcess.changeDirectory(plan.cwd)
        guard try CurrentProcess.workingDirectory().isAbsolutePath else { throw KernelError(.chdir, .noSuchFileOrDirectory, plan.cwd) }
    }

    /// To whom a failure of the last stage is told.
    enum Listener {
        case channel(FileDescriptor)
        case fifo(FileDescriptor)

        var descriptor: FileDescriptor {
            switch self {
            case .channel(let descriptor), .fifo(let descriptor): descriptor
            }
        }
    }

    /// - Parameter runHooks: runs programs of the container's before its own: with what that one has, its environment too, and no more.
    func finish(
        reportingTo listener: Listener, runHooks: (_ environment: [String]) throws(KernelError) -> Void = { (_) throws(KernelError) in }
    ) -> Never {
        var action = ProcessAction.resourceLimits
        do throws(KernelError) {
            for limit in plan.rlimits { try setResourceLimit(limit) }
            action = .memoryPolicy
            if let policy = plan.memoryPolicy { try CurrentProcess.setMemoryPolicy(policy.mode, nodes: policy.nodes) }
            action = .personality
            if let personality = plan.personality { try CurrentProcess.setPersonality(personality) }
            action = .securityLabel
            for label in plan.securityLabels { try procfs.write("self/attr/" + label.attribute, label.text) }
            action = .closeDescriptors
            try CurrentProcess.closeDescriptors(from: plan.firstClosedDescriptor, except: listener.descriptor.rawValue, procfs: procfs)

            if plan.noNewPrivileges { try CurrentProcess.setNoNewPrivileges() }
            // Without no_new_privs the filter needs CAP_SYS_ADMIN, which goes next; with it, it can come last and need
            // not allow all of this.
            if !plan.noNewPrivileges {
                action = .seccomp
                try installSeccomp()
            }
            action = .capabilities
            try limitBoundingSet()
            try CurrentProcess.keepCapabilities(true)
            action = .groups
            if let groups = plan.groups { try CurrentProcess.setGroups(groups) }
            action = .user
            try CurrentProcess.setGID(plan.gid)
            try CurrentProcess.setUID(plan.uid)
            action = .capabilities
            try setCapabilities()
            action = .changeDirectory
            if entersDirectoryAsUser { try enterWorkingDirectory() }
            umask(plan.umask)
            action = .seccomp
            if plan.noNewPrivileges { try installSeccomp() }
            action = .startHook
            try runHooks(environment)
            action = .execute
            throw KernelError(.execve, Execute.path(executable, arguments, variables), executable)
        } catch {
            let failure = ChildFailure(.process(action), error)
            do throws(KernelError) {
                switch listener {
                case .channel(let socket): try MessageSocket.send(ChildMessage.failure(failure).encoded(), over: socket)
                case .fifo(let fifo): try StartFIFO.tell(failure, fifo)
                }
            } catch {}
            _exit(1)
        }
    }

    /// The runtime sets them from outside, for only so a hard limit rises in a user namespace. Where it may not touch us
    /// (our user namespace was joined, and is another's) we lower them ourselves.
    private func setResourceLimit(_ limit: ProcessPlan.RlimitPlan) throws(KernelError) {
        let wanted = ResourceLimit(soft: limit.soft, hard: limit.hard)
        guard try ResourceLimit.of(pid: 0, resource: limit.resource) != wanted else { return }
        try wanted.set(pid: 0, resource: limit.resource)
    }

    private func installSeccomp() throws(KernelError) {
        guard let seccomp = plan.seccomp, !seccomp.hasListener else { return }
        try CurrentProcess.installSeccompFilter(seccomp.instructions, flags: seccomp.flags)
    }

    private func limitBoundingSet() throws(KernelError) {
        for capability in 0...plan.capabilities.last where plan.capabilities.bounding & (1 << UInt64(capability)) == 0 {
            // What is not there cannot be dropped, and dropping needs CAP_SETPCAP.
            if CurrentProcess.boundingSetHas(capability) { try CurrentProcess.dropFromBoundingSet(capability) }
        }
    }

    private func setCapabilities() throws(KernelError) {
        let sets = plan.capabilities
        try CurrentProcess.setCapabilities(
            CapabilitySets(effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable))
        try CurrentProcess.clearAmbientCapabilities()
        for capability in 0...sets.last where sets.ambient & (1 << UInt64(capability)) != 0 {
            try CurrentProcess.raiseAmbientCapability(capability)
        }
    }
}
