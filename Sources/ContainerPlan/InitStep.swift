import LinuxKernel
import RuntimeSpec

/// What init does, one thing each, in the order of the plan. The parent holds the same list: a child that fails only
/// tells the step's number, and the parent words the error from here.
public enum InitStep: Sendable, Equatable {
    case joinNamespace(NamespacePlan.Join)
    /// Of all that the namespace has of the host: what of it is shared there decides what may reach it.
    case setPropagationOfAll(MountPropagation)
    /// The root file system's own parent, where the rest stays shared with the host.
    case isolateParentOfRoot(path: String)
    case openSources
    /// All but the root's: they are mounted now.
    case closeSources
    case becomeSetupUser(SetupUser)
    case createCgroupNamespace
    case joinSessionKeyring(SessionKeyring)
    case bringUpLoopback
    /// The runtime has moved it here.
    case setUpNetworkDevice(NetworkDevicePlan)
    case setHostname(String)
    case setDomainname(String)
    case attachRoot(path: String)
    case mount(MountStep)
    case makeDevice(DeviceStep)
    case makeLink(path: String, target: String)
    /// The parent runs the prestart and createRuntime hooks.
    case awaitRuntimeHooks
    /// They start in the root file system.
    case runContainerHooks(rootfs: String)
    case openTerminal(size: WindowSize?, withConsole: Bool)
    case makeWorkingDirectory(String)
    case enterRoot(RootEntry)
    case setRootPropagation(MountPropagation, recursive: Bool)
    case setSysctl(key: String, path: String, value: String)
    case makeReadOnly(path: String)
    case mask(path: String)
    /// Those that say so and are filled by now.
    case makeMountsReadOnly
    case makeRootReadOnly

    public enum RootEntry: Sendable, Equatable {
        case pivot
        /// `--no-pivot`.
        case move
        /// No mount namespace of its own.
        case changeRoot(path: String)
    }

    /// What a person calls it: the beginning of an error.
    public var name: String {
        switch self {
        case .joinNamespace(let join): "joining the \(join.kind.rawValue) namespace \(join.path)"
        case .setPropagationOfAll: "setting the mount propagation of /"
        case .isolateParentOfRoot(let path): "making the parent mount of \(path) private"
        case .openSources: "opening the sources of mounts"
        case .closeSources: "closing the sources of mounts"
        case .becomeSetupUser(let user): "becoming uid \(user.uid) and gid \(user.gid) of the user namespace"
        case .createCgroupNamespace: "creating the cgroup namespace"
        case .joinSessionKeyring: "joining a new session keyring"
        case .bringUpLoopback: "bringing up the loopback interface"
        case .setUpNetworkDevice(let device): "setting up linux.netDevices \(device.name)"
        case .setHostname(let name): "setting hostname \(name)"
        case .setDomainname(let name): "setting domainname \(name)"
        case .attachRoot(let path): "mounting root.path \(path)"
        case .mount(let step): "mounting \(step.name)"
        case .makeDevice(let device): "making the device \(device.path)"
        case .makeLink(let path, let target): "linking \(path) to \(target)"
        case .awaitRuntimeHooks: "waiting for the createRuntime hooks"
        case .runContainerHooks: "running a createContainer hook"
        case .openTerminal: "opening a terminal"
        case .makeWorkingDirectory(let path): "making process.cwd \(path)"
        case .enterRoot(.pivot): "changing the root with pivot_root"
        case .enterRoot(.move): "changing the root with --no-pivot"
        case .enterRoot(.changeRoot(let path)): "changing the root to root.path \(path)"
        case .setRootPropagation: "setting linux.rootfsPropagation"
        case .setSysctl(let key, _, let value): "setting linux.sysctl \(key) to \(value)"
        case .makeReadOnly(let path): "making \(path) read-only (linux.readonlyPaths)"
        case .mask(let path): "masking \(path) (linux.maskedPaths)"
        case .makeMountsReadOnly: "making each tmpfs with the option ro read-only"
        case .makeRootReadOnly: "making the root read-only"
        }
    }
}

/// Who sets the container up: root of its user namespace, where that is mapped.
public struct SetupUser: Sendable, Equatable {
    public let uid: UInt32
    public let gid: UInt32
    /// The caller's supplementary groups are dropped; false where setgroups(2) is denied.
    public let dropsGroups: Bool
}

/// A device node, or where the kernel makes none, the host's own in its place.
public struct DeviceStep: Sendable, Equatable {
    public let path: String
    public let type: DeviceType
    public let permissions: UInt32
    public let major: UInt32
    public let minor: UInt32
    public let uid: UInt32
    public let gid: UInt32
    /// mknod(2) cannot work: do not try.
    public let isBound: Bool
}
