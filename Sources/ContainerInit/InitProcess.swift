import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The container's first process, from the clone to its execve.
public struct InitProcess {
    let plan: InitPlan
    /// Opened by the runtime, or still to be opened by init.
    let sources: MountSources
    /// By the hierarchy's controllers.
    let cgroups: [String: ShownCgroup]
    /// `exec.fifo` as O_PATH, for `create`; nil for `run`, whose `release` is the start.
    let fifo: SharedDescriptor?
    let procfs: ProcessFileSystem
    /// The state that hooks get, of a status and a pid.
    let hookState: (_ status: String, _ pid: Int32) -> String

    public init(
        plan: InitPlan, sources: MountSources, cgroups: [String: ShownCgroup], fifo: SharedDescriptor?, procfs: ProcessFileSystem,
        hookState: @escaping (String, Int32) -> String
    ) {
        self.plan = plan
        self.sources = sources
        self.cgroups = cgroups
        self.fifo = fifo
        self.procfs = procfs
        self.hookState = hookState
    }

    /// Runs in the child of the runtime's clone.
    public func run(_ channel: borrowing ChildChannel) -> Never {
        if plan.namespaces.route == .intermediate {
            IntermediateProcess.run(plan.namespaces, procfs, channel, sibling: runInit)
        }
        runInit(channel)
    }

    private func runInit(_ channel: borrowing ChildChannel) -> Never {
        var place = ChildFailure.Place.step(0)
        do throws(KernelError) {
            try ProcessStart.begin(channel)
            // Mapped: from here on nobody has to read our /proc files, and in a joined PID namespace somebody could.
            try CurrentProcess.setDumpable(false)
            // Before anything covers a part of /proc.
            place = .process(.waitForStart)
            let lastProcfs = fifo == nil ? procfs : try procfs.ofProcesses() ?? procfs
            // What is made has the mode that is asked for.
            let callersMask = umask(0)
            let interpreter = StepInterpreter(
                plan: plan, sources: sources, cgroups: cgroups, procfs: procfs, hookState: hookState, callersMask: callersMask)
            for (index, step) in plan.steps.enumerated() {
                place = .step(index)
                try interpreter.perform(step, channel)
            }
            let start = ProcessStart(plan.process, procfs: lastProcfs, terminal: interpreter.terminal)
            try start.awaitRelease(&place, channel)
            if let fifo { waitForStart(fifo, start, lastProcfs) }
            start.finish(reportingTo: .channel(channel.descriptor), runHooks: runStartHooks)
        } catch {
            channel.fail(ChildFailure(place, error))
        }
    }

    /// A created container: nobody listens on the socket any more, `start` listens on the fifo.
    ///
    /// The open waits for its reader. After a byte that says "started" the fifo stays open until the execve closes it,
    /// or until a failure was written to it: `start` learns either.
    private func waitForStart(_ fifo: SharedDescriptor, _ start: ProcessStart, _ procfs: ProcessFileSystem) -> Never {
        do throws(KernelError) {
            // Who created it waits for the end of a pipe, or for a lock to be free, and may wait for long. And whoever in the
            // container has CAP_SYS_PTRACE goes where our descriptors lead: with the host's procfs to all of the host.
            try CurrentProcess.closeDescriptors(from: plan.process.firstClosedDescriptor, except: fifo.rawValue, procfs.rawValue, procfs: procfs)
            // Who stops what was never started does not wait for its time to be up.
            try SignalQueue.endAt(SIGHUP, SIGINT, SIGQUIT, SIGTERM)
            while true {
                let opened = try awaitReader(fifo, procfs)
                guard try StartFIFO.tellStarted(opened) else { continue }
                // Open until the execve closes it.
                start.finish(reportingTo: .fifo(FileDescriptor(rawValue: opened.release())), runHooks: runStartHooks)
            }
        } catch { _exit(1) }
    }

    private func awaitReader(_ fifo: SharedDescriptor, _ procfs: ProcessFileSystem) throws(KernelError) -> OwnedDescriptor {
        // `exec` has to look at our namespaces. A runtime without privileges may do so only at what is dumpable, as
        // the memory that it cloned belongs to its own user namespace. The container's processes still may not: we
        // hold capabilities that they do not.
        try CurrentProcess.setDumpable(plan.isJoinedByOwner)
        let opened = try procfs.reopen(fifo, .writeOnly)
        try CurrentProcess.setDumpable(false)
        return opened
    }

    private func runStartHooks(_ environment: [String]) throws(KernelError) {
        guard !plan.hooks.startContainer.isEmpty else { return }
        do throws(HookRunner.Failure) {
            try HookRunner.run(
                plan.hooks.startContainer, kind: "startContainer", state: hookState("created", getpid()), environment: environment)
        } catch { throw KernelError(.execve, .ioError, error.message) }
    }
}
