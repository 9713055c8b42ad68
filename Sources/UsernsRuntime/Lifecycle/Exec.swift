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
        let container = try Container(
            try StateStore(request: self.request, identity: probe.identity).open(try ContainerID(request.id)), procfs: probe.procfs)
        let state = try container.requireState()
        let status = try container.status()
        guard status.allows(.exec), let containerInit = try container.openInit() else {
            throw RuntimeError(
                status == .paused ? "cannot exec in a paused container: \(request.id)" : "cannot exec in a stopped container: container not running: \(request.id)")
        }
        let passed = try PassedDescriptors(preserve: request.preserveFDs)
        var process = try ExecProcessDescription(request, state: state).process
        process.env += passed.environment
        let console = try ConsoleDestination(terminal: process.terminal, detach: request.detach, socket: request.consoleSocket)

        // The facts of a user namespace that is joined: init's own.
        var linux = Linux()
        if container.ownNamespaces.contains(.user) { linux.namespaces = [Namespace(.user, path: "/proc/\(containerInit.pid)/ns/user")] }
        let facts = try probe.facts(for: linux, process: process, bundle: container.bundle, request: self.request)
        try ExecutableProtection.protect(uidMap: facts.joinedUIDMap, gidMap: facts.joinedGIDMap)
        let seccomp = try SeccompCompilation.compile(state.config.seccomp, log: log)
        let plan: ExecPlan
        do throws(PlanError) {
            plan = try ExecPlan(
                process, own: container.ownNamespaces, setgroupsDenied: try setgroupsIsDenied(containerInit.pid, container, facts, probe),
                seccomp: seccomp, preservedDescriptors: passed.count, facts: facts)
        } catch { throw RuntimeError(error) }
        for warning in plan.warnings { log.warning(warning) }

        let foreground: Foreground? = request.detach ? nil : try Foreground(subreaper: false)
        let wording = FailureWording(of: process, namespaces: container.ownNamespaces)
        let launcher = ProcessLauncher(
            process: plan.process, needsIntermediate: plan.needsIntermediate, cloneFlags: 0,
            forgivesOutOfMemoryScore: facts.privilege.rootlessEUID, procfs: probe.procfs, wording: wording, log: log, closedInChild: [])
        let child = ExecProcess(plan: plan, container: containerInit.pidfd, procfs: probe.procfs)
        let cgroup = SavedCgroup(state)
        let launched = try launcher.launch(
            ProcessLauncher.Steps(joinCgroup: { (pid) throws(RuntimeError) in try cgroup.join(pid: pid) })
        ) { channel in child.run(channel) }

        var terminal: OwnedDescriptor?
        do throws(RuntimeError) {
            terminal = try console.deliver(launched.takeTerminal())
            try Announcement(pidFile: request.pidFile, pidfdSocket: request.pidfdSocket).make(launched.process)
            try launched.release()
            try launched.awaitExecution(wording)
        } catch {
            launcher.abandon(launched)
            throw error
        }
        guard let foreground else { return 0 }
        return try foreground.wait(for: launched.process, terminal: terminal.take()).exitStatus
    }

    /// Told by the namespace's own file: a range of /etc/subgid allows it, a single id written directly does not.
    private func setgroupsIsDenied(_ pid: Int32, _ container: Container, _ facts: HostFacts, _ probe: HostProbe) throws(PlanError) -> Bool {
        guard container.ownNamespaces.contains(.user) else { return facts.privilege.rootlessEUID }
        do throws(KernelError) { return try probe.procfs.read("\(pid)/setgroups").hasPrefix("deny") } catch {
            throw PlanError("container \(container.id): \(error)")
        }
    }
}

/// The process that `exec` is asked for: what the options do not say is the container's own.
struct ExecProcessDescription {
    let process: RuntimeSpec.Process

    init(_ request: ExecRequest, state: SavedState) throws(RuntimeError) {
        var process: RuntimeSpec.Process
        if let file = request.processFile {
            process = try Self.read(file)
            if process.capabilities == nil { process.capabilities = state.config.process.capabilities }
        } else {
            process = state.config.process
            process.args = request.arguments
            process.terminal = request.tty
            process.consoleSize = nil
            process.env += request.environment
            if let cwd = request.cwd { process.cwd = cwd }
            if let label = request.processLabel { process.selinuxLabel = label }
            if let profile = request.apparmor { process.apparmorProfile = profile }
            if request.noNewPrivs { process.noNewPrivileges = true }
            if let user = request.user { try Self.setUser(user, &process) }
            process.user.additionalGids += request.additionalGIDs
            for name in request.capabilities { try Self.add(capability: name, &process) }
        }
        do throws(SpecError) { try process.validate() } catch { throw RuntimeError("process.\(error)") }
        self.process = process
    }

    private static func read(_ file: String) throws(RuntimeError) -> RuntimeSpec.Process {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try FileDescriptor.currentDirectory.open(file, .readOnly).readAll() } catch {
            throw RuntimeError("--process \(file)", error)
        }
        do throws(SpecError) { return try RuntimeSpec.Process.decode(bytes) } catch { throw RuntimeError("--process \(file): \(error)") }
    }

    /// `UID[:GID]`, numbers only: names of an image are not to be trusted, and there is nobody else to ask.
    private static func setUser(_ text: String, _ process: inout RuntimeSpec.Process) throws(RuntimeError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let ids = parts.map { part in part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt32(part) : nil }
        guard let uid = ids[0], ids.count == 1 || ids[1] != nil else {
            throw RuntimeError("--user \(text.debugDescription): must be UID[:GID], in numbers from 0 to 4294967294")
        }
        process.user.uid = uid
        if ids.count == 2, let gid = ids[1] { process.user.gid = gid }
    }

    /// To every set, so that a process of another user than root has it too.
    private static func add(capability name: String, _ process: inout RuntimeSpec.Process) throws(RuntimeError) {
        let upper = name.uppercased()
        guard let capability = Capability(rawValue: upper.hasPrefix("CAP_") ? upper : "CAP_" + upper) else {
            throw RuntimeError("--cap \(name): no such capability")
        }
        var sets = process.capabilities ?? Capabilities()
        for path in [\Capabilities.bounding, \.effective, \.permitted, \.inheritable, \.ambient] where !sets[keyPath: path].contains(capability.rawValue) {
            sets[keyPath: path].append(capability.rawValue)
        }
        process.capabilities = sets
    }
}
