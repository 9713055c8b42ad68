import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// A further process of a container, from the clone to its execve.
public struct ExecProcess {
    let plan: ExecPlan
    /// The pidfd of the container's init.
    let container: SharedDescriptor
    /// That of the container's init, where the plan changes the root.
    let root: SharedDescriptor?
    /// The runtime's: what the container has at /proc is not to be trusted.
    let procfs: ProcessFileSystem

    public init(plan: ExecPlan, container: SharedDescriptor, root: SharedDescriptor?, procfs: ProcessFileSystem) {
        self.plan = plan
        self.container = container
        self.root = root
        self.procfs = procfs
    }

    public func run(_ channel: borrowing ChildChannel) -> Never {
        if let affinity = plan.initialAffinity { setAffinity(affinity, channel) }
        if plan.needsIntermediate {
            IntermediateProcess.runExec(plan.namespaces, of: container, channel, sibling: runProcess)
        }
        do throws(KernelError) {
            try CurrentProcess.setDumpable(false)
            try NamespaceJoiner.join(plan.namespaces, of: container)
        } catch { channel.fail(ChildFailure(.intermediate, error)) }
        runProcess(channel)
    }

    private func setAffinity(_ mask: [UInt64], _ channel: borrowing ChildChannel) {
        do throws(KernelError) { try CurrentProcess.setAffinity(mask) } catch { channel.fail(ChildFailure(.process(.affinity), error)) }
    }

    private func runProcess(_ channel: borrowing ChildChannel) -> Never {
        var place = ChildFailure.Place.process(.becomeSetupUser)
        do throws(KernelError) {
            try ProcessStart.begin(channel, keepsAffinity: plan.initialAffinity != nil || plan.finalAffinity != nil)
            // Moved to the container's cgroup, whose cpuset may have made the first one void.
            if let affinity = plan.finalAffinity { setAffinity(affinity, channel) }
            if let user = plan.setupUser { try user.become(procfs) }
            place = .process(.joinSessionKeyring)
            try plan.keyring?.join(procfs)
            var terminal: ContainerTerminal?
            if plan.process.terminal {
                place = .process(.openTerminal)
                let opened = try ContainerTerminal(in: .current(), size: plan.process.terminalSize, procfs)
                try channel.send(.terminal, passing: opened.controller)
                terminal = opened
            }
            if let root {
                place = .process(.enterRoot)
                try CurrentProcess.changeDirectory(root)
                try Mounts.changeRootHere()
            }
            let start = ProcessStart(plan.process, procfs: procfs, terminal: terminal)
            try start.awaitRelease(&place, channel)
            start.finish(reportingTo: .channel(channel.descriptor))
        } catch {
            channel.fail(ChildFailure(place, error))
        }
    }
}
