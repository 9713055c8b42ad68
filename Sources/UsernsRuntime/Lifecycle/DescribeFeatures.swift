import CgroupControl
import ContainerPlan
import RuntimeSpec
import SeccompFilter

extension Runtime {
    /// What this runtime can do, as JSON text without a final newline. Spec: features-linux.md.
    public func features() throws(RuntimeError) -> String {
        var features = Features()
        features.ociVersionMin = "1.0.0"
        features.ociVersionMax = Spec.implementedVersion
        features.hooks = Hooks.names
        features.mountOptions = MountOptions.known
        features.linux = linuxFeatures
        features.annotations = ["io.github.seccomp.libseccomp.version": SeccompFilter.libraryVersion]
        features.potentiallyUnsafeConfigAnnotations = [CRIUConfiguration.annotation, PropertyAnnotations.prefix, Spec.seccompReceiverAnnotation]
        return features.encoded(pretty: true)
    }

    private var linuxFeatures: Features.Linux {
        var linux = Features.Linux()
        linux.namespaces = NamespaceType.allCases.map(\.rawValue).sorted()
        linux.capabilities = Capability.allCases.map(\.rawValue)
        var cgroup = Features.Cgroup()
        (cgroup.v1, cgroup.v2, cgroup.systemd, cgroup.systemdUser, cgroup.rdma) = (true, true, true, true, true)
        linux.cgroup = cgroup
        var seccomp = Features.Seccomp()
        seccomp.enabled = true
        seccomp.actions = SeccompFilter.supportedActions.map(\.rawValue)
        seccomp.operators = SeccompFilter.supportedOperators.map(\.rawValue)
        seccomp.archs = SeccompFilter.supportedArchitectures.map(\.rawValue)
        seccomp.knownFlags = SeccompFilter.knownFlags.map(\.rawValue)
        seccomp.supportedFlags = SeccompFilter.supportedFlags.map(\.rawValue)
        linux.seccomp = seccomp
        linux.apparmor = Features.Support(enabled: true)
        linux.selinux = Features.Support(enabled: true)
        var intelRdt = Features.IntelRdt()
        intelRdt.enabled = true
        intelRdt.schemata = true
        intelRdt.monitoring = true
        linux.intelRdt = intelRdt
        var mountExtensions = Features.MountExtensions()
        mountExtensions.idmap = Features.Support(enabled: true)
        linux.mountExtensions = mountExtensions
        linux.netDevices = Features.Support(enabled: true)
        var memoryPolicy = Features.MemoryPolicy()
        memoryPolicy.modes = MemoryPolicyMode.allCases.map(\.rawValue)
        memoryPolicy.flags = MemoryPolicyFlag.allCases.map(\.rawValue)
        linux.memoryPolicy = memoryPolicy
        return linux
    }
}
