import CgroupControl
import ContainerInit
import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Runs a further process in a container. Returns its exit status (128+n where signal n ended it); 0 where it is detached.
    ///
    /// Errors have the code 255: the process could not be run.
    public func exec(_ request: ExecRequest) throws(RuntimeError) -> Int32 {
        do throws(RuntimeError) { return try execute(request) } catch {
            var error = error
            error.code = 255
            throw error
        }
    }

    private func execute(_ request: ExecRequest) throws(RuntimeError) -> Int32 {
        let probe = try HostProbe()
        let container = try open(request.id, probe)
        let state = try container.requireState()
        let status = try container.status()
        guard status.allows(request.ignorePaused ? .execIgnoringPaused : .exec), let containerInit = try container.openInit() else {
            throw RuntimeError(
                status == .paused ? "cannot exec in a paused container: \(request.id)" : "cannot exec in a stopped container: container not running: \(request.id)",
                hint: status == .paused ? "runc resume it first, or use --ignore-paused" : nil)
        }
        let passed = try PassedDescriptors(preserve: request.preserveFDs)
        let saved = try container.directory.loadProcess()
        var process = try ExecProcessDescription(request, container: saved.process).process
        process.env += passed.environment
        let console = try ConsoleDestination(terminal: process.terminal, detach: request.detach, socket: request.consoleSocket)

        var linux = Linux()
        linux.memoryPolicy = saved.memoryPolicy
        linux.personality = saved.personality
        // The facts of a user namespace that is joined: init's own.
        if container.ownNamespaces.contains(.user) { linux.namespaces = [Namespace(.user, path: "/proc/\(containerInit.pid)/ns/user")] }
        let facts = try probe.facts(for: linux, process: process, bundle: container.bundle, request: self.request, asksForCgroups: false)
        try ExecutableProtection.protect(uidMap: facts.joinedUIDMap, gidMap: facts.joinedGIDMap)
        let seccomp = try SeccompCompilation.compile(saved.seccomp, log: log)
        let plan: ExecPlan
        do throws(PlanError) {
            plan = try ExecPlan(
                process, linux, own: container.ownNamespaces, setgroupsDenied: try setgroupsIsDenied(containerInit.pid, container, facts, probe),
                seccomp: seccomp, keyring: saved.noNewKeyring ? nil : SessionKeyring(container: request.id, process),
                preservedDescriptors: passed.count, facts: facts)
        } catch { throw RuntimeError(error) }
        for warning in plan.warnings { log.warning(warning) }

        let foreground: Foreground? = request.detach ? nil : try Foreground(subreaper: false)
        let wording = FailureWording(of: process, namespaces: container.ownNamespaces)
        let launcher = ProcessLauncher(
            process: plan.process, needsIntermediate: plan.needsIntermediate, cloneFlags: 0,
            forgivesOutOfMemoryScore: facts.privilege.rootlessEUID, procfs: probe.procfs, wording: wording, log: log, closedInChild: [])
        let child = ExecProcess(
            plan: plan, container: containerInit.pidfd, root: plan.changesRoot ? try root(of: containerInit, probe.procfs) : nil, procfs: probe.procfs)
        let cgroup = SavedCgroup(state), initPID = containerInit.pid
        let launched = try launcher.launch(
            ProcessLauncher.Steps(
                joinCgroup: { (pid) throws(RuntimeError) in
                    try cgroup.join(pid: pid, below: request.cgroups, or: { () throws(RuntimeError) in try probe.unifiedCgroup(of: initPID) })
                },
                joinResctrlGroup: { (pid) throws(RuntimeError) in try cgroup.joinResctrlGroup(pid: pid) },
                giveSeccompListener: { (listener, pid) throws(RuntimeError) in
                    try SeccompAgent(profile: saved.seccomp).send(listener, pid: pid, state: container.state(status.rawValue, pid: containerInit.pid))
                })
        ) { channel in child.run(channel) }

        do throws(RuntimeError) {
            let terminal = try console.deliver(launched.takeTerminal())
            try Announcement(pidFile: request.pidFile, pidfdSocket: request.pidfdSocket).make(launched.process)
            try launched.release()
            try launched.awaitExecution(wording)
            guard let foreground else { return 0 }
            return try foreground.wait(for: launched.process, terminal: terminal).exitStatus
        } catch {
            launcher.abandon(launched)
            throw error
        }
    }

    private func root(of containerInit: borrowing ChildProcess, _ procfs: ProcessFileSystem) throws(RuntimeError) -> SharedDescriptor {
        do throws(KernelError) {
            let root = SharedDescriptor(try procfs.openRoot("\(containerInit.pid)"))
            // As long as it is there, its number is no other's.
            try containerInit.signal(0)
            return root
        } catch { throw RuntimeError("the root of the container's init", error) }
    }

    /// Told by the namespace's own file: a range of /etc/subgid allows it, a single id written directly does not.
    private func setgroupsIsDenied(_ pid: Int32, _ container: Container, _ facts: HostFacts, _ probe: HostProbe) throws(PlanError) -> Bool {
        guard container.ownNamespaces.contains(.user) else { return facts.privilege.rootlessEUID || facts.setgroupsDenied }
        do throws(KernelError) { return try probe.procfs.setgroupsIsDenied("\(pid)") } catch {
            throw PlanError("container \(container.id): \(error)")
        }
    }
}
