extension Spec {
    /// The configuration that `spec` writes: a shell with few capabilities, in `rootfs`.
    ///
    /// With `cgroupNamespace` it has a cgroup namespace too, as suits a host of cgroup v2 only.
    public static func defaultSpec(cgroupNamespace: Bool = false) -> Spec {
        var spec = Spec()
        spec.ociVersion = implementedVersion
        spec.process = .defaultProcess
        var root = Root()
        root.path = "rootfs"
        root.readonly = true
        spec.root = root
        spec.hostname = "runc"
        spec.mounts = defaultMounts
        spec.linux.namespaces = [.pid, .network, .ipc, .uts, .mount].map { Namespace($0) }
        if cgroupNamespace { spec.linux.namespaces.append(Namespace(.cgroup)) }
        var resources = Resources()
        resources.devices = [.init(allow: false, access: "rwm")]
        spec.linux.resources = resources
        spec.linux.maskedPaths = [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
        ]
        spec.linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
        return spec
    }

    /// Changes the configuration to one that a user without privileges can run: container root is the caller, whose
    /// effective ids in the runtime's user namespace these are, and no other id exists.
    public mutating func makeRootless(hostUID: UInt32, hostGID: UInt32) {
        makeRootless(
            uidMappings: [LinuxIDMapping(containerID: 0, hostID: hostUID, size: 1)],
            gidMappings: [LinuxIDMapping(containerID: 0, hostID: hostGID, size: 1)])
    }

    /// Changes the configuration to one that a user without privileges can run, with these ids.
    public mutating func makeRootless(uidMappings: [LinuxIDMapping], gidMappings: [LinuxIDMapping]) {
        linux.uidMappings = uidMappings
        linux.gidMappings = gidMappings
        // A new network namespace would have no interface but a loopback that is down.
        linux.namespaces.removeAll { $0.type == .network || $0.type == .user }
        linux.namespaces.append(Namespace(.user))
        for index in mounts.indices {
            // The ids that they name may not be mapped.
            mounts[index].options.removeAll { $0.hasPrefix("gid=") || $0.hasPrefix("uid=") }
            // sysfs may only be mounted by the owner of the network namespace.
            if mounts[index].destination == "/sys" {
                mounts[index] = Mount(
                    destination: "/sys", type: "none", source: "/sys", options: ["rbind", "nosuid", "noexec", "nodev", "ro"])
            }
        }
        // Who has no privileges is rarely given a cgroup.
        linux.resources = nil
    }

    private static var defaultMounts: [Mount] {
        let inert = ["nosuid", "noexec", "nodev"]
        return [
            Mount(destination: "/proc", type: "proc", source: "proc"),
            Mount(destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            Mount(destination: "/dev/shm", type: "tmpfs", source: "shm", options: inert + ["mode=1777", "size=65536k"]),
            Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: inert),
            Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: inert + ["ro"]),
            Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: inert + ["relatime", "ro"]),
        ]
    }
}

extension Process {
    fileprivate static var defaultProcess: Process {
        let kept = [Capability.auditWrite, .kill, .netBindService].map(\.rawValue)
        var capabilities = Capabilities()
        capabilities.bounding = kept
        capabilities.effective = kept
        capabilities.permitted = kept
        capabilities.ambient = kept

        var openFiles = Rlimit()
        openFiles.type = .noFile
        openFiles.hard = 1024
        openFiles.soft = 1024

        var process = Process()
        process.terminal = true
        process.args = ["sh"]
        process.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]
        process.cwd = "/"
        process.capabilities = capabilities
        process.rlimits = [openFiles]
        process.noNewPrivileges = true
        return process
    }
}
