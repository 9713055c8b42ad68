import ContainerInit
import ContainerPlan
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Words for what a child tells in numbers: the parent holds the plan that the child followed.
struct FailureWording {
    let steps: [InitStep]
    let sources: [MountSource]
    let namespaces: Set<NamespaceKind>
    let program: String
    let cwd: String
    /// The runtime's /proc/self/mountinfo, asked for where a mount was refused.
    let mountInfo: () -> [MountInfo]

    /// For a process that was set up before: only the last stage can fail.
    init(of process: RuntimeSpec.Process, namespaces: Set<NamespaceKind> = []) {
        self.init(
            steps: [], sources: [], namespaces: namespaces, program: process.args.first ?? "", cwd: process.cwd, mountInfo: { [] })
    }

    init(
        steps: [InitStep], sources: [MountSource], namespaces: Set<NamespaceKind>, program: String, cwd: String,
        mountInfo: @escaping () -> [MountInfo]
    ) {
        self.steps = steps
        self.sources = sources
        self.namespaces = namespaces
        self.program = program
        self.cwd = cwd
        self.mountInfo = mountInfo
    }

    func error(_ failure: ChildFailure) -> RuntimeError {
        let cause = KernelError(failure.call, failure.errno, failure.subject)
        switch failure.place {
        case .intermediate: return RuntimeError("setting up namespaces", cause: cause.description, hint: namespaceHint(failure) ?? cause.neededKernelHint)
        case .step(let index):
            guard steps.indices.contains(index) else { return RuntimeError("setting up the container", cause) }
            return error(in: steps[index], cause)
        case .process(let action): return error(in: action, cause)
        }
    }

    private func namespaceHint(_ failure: ChildFailure) -> String? {
        guard failure.errno == .notPermitted, failure.call == .setns else { return nil }
        return "a namespace can be joined only with CAP_SYS_ADMIN in the user namespace that owns it"
    }

    // MARK: steps

    private func error(in step: InitStep, _ cause: KernelError) -> RuntimeError {
        switch step {
        case .runContainerHooks: return RuntimeError(cause.subject)
        case .mount(let mount):
            return RuntimeError("mounting \(mount.name)", cause: cause.description, hint: mountHint(mount, cause) ?? cause.neededKernelHint)
        case .openSources: return sourceError(cause)
        case .joinSessionKeyring: return keyringError(step.name, cause)
        default: return RuntimeError(step.name, cause: cause.description, hint: cause.neededKernelHint)
        }
    }

    private func keyringError(_ step: String, _ cause: KernelError) -> RuntimeError {
        let hint = "this user has as many keys as the sysctl kernel.keys.maxkeys allows: raise it, or create the container with --no-new-keyring"
        return RuntimeError(step, cause: cause.description, hint: cause.errno == .diskQuotaExceeded ? hint : cause.neededKernelHint)
    }

    func sourceError(_ cause: KernelError) -> RuntimeError {
        if cause.call != .open_tree, let disk = sources.first(where: { $0.disk != nil && cause.subject.hasPrefix($0.path) })?.disk {
            return RuntimeError("mounting \(disk.name)", cause)
        }
        if cause.call == .mount_setattr || cause.call == .write {
            return RuntimeError(
                "the id mapping of a mount of \(cause.subject)", cause: cause.description,
                hint: cause.call == .mount_setattr && cause.errno == .invalidArgument
                    ? "its file system does not support id-mapped mounts" : cause.neededKernelHint)
        }
        if cause.subject == sources.first?.path { return RuntimeError("root.path \(cause.subject)", cause: cause.errno.text, hint: cause.neededKernelHint) }
        return RuntimeError("the source of a bind mount: \(cause.subject)", cause: cause.errno.text, hint: cause.neededKernelHint)
    }

    private func mountHint(_ mount: MountStep, _ cause: KernelError) -> String? {
        if cause.call == .mount_setattr && cause.errno == .notPermitted {
            return "in a user namespace flags that the host set on the source (ro, nosuid, nodev, noexec, atime) cannot be cleared"
        }
        // fsopen itself is allowed to root of a user namespace: what is refused is what it opens.
        guard case .fileSystem(let type, _, _) = mount.content, cause.call != .fsopen, cause.errno == .notPermitted || cause.errno == .resourceBusy
        else { return nil }
        switch type {
        case "proc": return maskingHint(type, below: "/proc/", way: "run without what masks it (for an outer Podman or Docker: --security-opt unmask=ALL, systempaths=unconfined), or share the host's PID namespace")
        case "sysfs":
            if !namespaces.contains(.network) {
                return "a user namespace may mount sysfs only with a network namespace of its own: add {\"type\": \"network\"} to "
                    + "linux.namespaces, or bind-mount /sys"
            }
            return maskingHint(type, below: "/sys/", way: "bind-mount /sys instead of mounting sysfs")
        default: return "file systems of type \(type) may not be mountable in a user namespace: bind-mount it from the host"
        }
    }

    /// The kernel refuses a new instance that would show what the visible one hides.
    private func maskingHint(_ type: String, below prefix: String, way: String) -> String {
        let masking = mountInfo().filter { $0.mountPoint.hasPrefix(prefix) && $0.fileSystemType != "cgroup" && $0.fileSystemType != "cgroup2" }
            .map(\.mountPoint)
        guard !masking.isEmpty else { return "the \(type) that is visible here does not allow another one: \(way)" }
        return "hidden by mounts on \(masking.prefix(5).joined(separator: ", ")): \(way)"
    }

    // MARK: process

    private func error(in action: ProcessAction, _ cause: KernelError) -> RuntimeError {
        switch action {
        case .findExecutable, .execute: return RuntimeError("exec \(program.debugDescription)", cause: executionText(cause))
        case .changeDirectory: return RuntimeError("process.cwd \(cwd)", cause: cause.errno.text)
        case .startHook: return RuntimeError(cause.subject)
        case .joinSessionKeyring: return keyringError("process: \(Self.words(action))", cause)
        default: return RuntimeError("process: \(Self.words(action))", cause: cause.description)
        }
    }

    /// Engines tell 127 and 126 from these words.
    private func executionText(_ cause: KernelError) -> String {
        switch cause.errno {
        case .noSuchFileOrDirectory where !program.contains("/"): "executable file not found in $PATH"
        case .isDirectory: "is a directory: permission denied"
        default: cause.errno.text
        }
    }

    private static func words(_ action: ProcessAction) -> String {
        switch action {
        case .becomeSetupUser: "becoming root of the user namespace"
        case .openTerminal: "opening a terminal"
        case .changeDirectory: "entering cwd"
        case .findExecutable: "finding the program"
        case .standardDescriptors: "standard input and output"
        case .waitForStart: "waiting for start"
        case .startHook: "startContainer hooks"
        case .resourceLimits: "setting rlimits"
        case .securityLabel: "setting apparmorProfile or selinuxLabel"
        case .seccomp: "loading linux.seccomp"
        case .capabilities: "setting capabilities"
        case .groups: "setting additionalGids"
        case .user: "becoming process.user"
        case .closeDescriptors: "closing descriptors"
        case .execute: "execve"
        case .affinity: "setting execCPUAffinity"
        case .memoryPolicy: "setting linux.memoryPolicy"
        case .personality: "setting linux.personality"
        case .enterRoot: "changing the root to the container's"
        case .joinSessionKeyring: "joining the container's session keyring"
        }
    }
}
