import ContainerInit
import ContainerPlan
import LinuxKernel
import SystemPackage

/// Moves interfaces of the host to the container's network namespace. Init, which is in it, does the rest, or a process of ours
/// where the namespace is joined: that may be the host's, over which init has no power in its user namespace.
///
/// They come back by themselves: the kernel returns those of a namespace that goes away, but for virtual ones.
enum NetworkDeviceMover {
    static func move(_ plan: InitPlan, pid: Int32, procfs: ProcessFileSystem) throws(RuntimeError) {
        if plan.networkDevices.isEmpty { return }
        let namespace: SharedDescriptor, socket: RouteSocket
        do throws(KernelError) {
            namespace = SharedDescriptor(try open(plan.namespaces, pid: pid, procfs))
            socket = try RouteSocket()
        } catch { throw RuntimeError("linux.netDevices", error) }
        // All names first: the kernel moves an interface before it finds that its new name is taken.
        for device in plan.networkDevices {
            guard case .named(let name) = device.target else { continue }
            let isTaken: Bool
            do throws(KernelError) { isTaken = try socket.isTaken(name, in: namespace) } catch { throw RuntimeError("linux.netDevices: \(device.name)", error) }
            if isTaken {
                throw RuntimeError(
                    "linux.netDevices: \(device.name): the container's network namespace has an interface called \(name)",
                    hint: "give another name, or a template such as eth%d")
            }
        }
        for device in plan.networkDevices {
            do throws(KernelError) { try move(device, to: namespace, socket) } catch {
                throw RuntimeError("linux.netDevices: moving \(device.name)", cause: error.description, hint: hint(error.errno))
            }
        }
        if plan.namespaces.isNew(.network) { return }
        for device in plan.networkDevices { try setUp(device, in: namespace) }
    }

    private static func setUp(_ device: NetworkDevicePlan, in namespace: SharedDescriptor) throws(RuntimeError) {
        do throws(KernelError) { try ChildProcess.perform(in: namespace, .network) { () throws(KernelError) in try device.setUp() } } catch {
            throw RuntimeError("linux.netDevices: setting up \(device.name)", cause: error.description)
        }
    }

    private static func move(_ device: NetworkDevicePlan, to namespace: SharedDescriptor, _ socket: RouteSocket) throws(KernelError) {
        var newIndex: UInt32?
        if case .numbered(let number, _) = device.target { newIndex = number }
        try socket.move(device.index, to: namespace, newName: device.newName, newIndex: newIndex)
    }

    /// Init joins one that has a path only later.
    private static func open(_ namespaces: NamespacePlan, pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> OwnedDescriptor {
        guard let join = namespaces.joins.first(where: { $0.kind == .network }) else { return try procfs.openNamespace("\(pid)", .network) }
        return try FileDescriptor.currentDirectory.open(join.path, .readOnly)
    }

    private static func hint(_ errno: Errno) -> String? {
        errno == .invalidArgument ? "some interfaces, lo among them, are bound to their network namespace" : nil
    }
}
