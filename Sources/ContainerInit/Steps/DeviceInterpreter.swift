import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The steps that fill /dev.
extension StepInterpreter {
    func makeDevice(_ device: DeviceStep) throws(KernelError) {
        if device.isBound { return try bindDevice(device) }
        let entry = try root.makeParent(of: device.path)
        do throws(KernelError) {
            try entry.directory.makeNode(
                entry.name, type: device.type.nodeType, mode: mode_t(device.permissions), major: device.major, minor: device.minor)
        } catch {
            switch error.errno {
            case .fileExists:
                let node = try entry.directory.open(entry.name, [.path, .noFollow])
                return try requireDevice(device, node)
            case .notPermitted where device.type != .fifo: return try bindDevice(device)
            default: throw error
            }
        }
        if device.uid != 0 || device.gid != 0 {
            try entry.directory.open(entry.name, [.path, .noFollow]).changeOwner(uid: device.uid, gid: device.gid)
        }
    }

    /// The host's node of the same path: where no node can be made, or it would be without effect (SB_I_NODEV).
    private func bindDevice(_ device: DeviceStep) throws(KernelError) {
        let copy = try Mounts.copy(of: device.path, recursive: false)
        try requireDevice(device, copy)
        try attachFile(copy, at: device.path)
    }

    /// Mounts a process's terminal on /dev/console.
    func mountConsole(_ terminal: ContainerTerminal) throws(KernelError) {
        try attachFile(try Mounts.copy(of: terminal.peer, recursive: false), at: "/dev/console")
    }

    private func attachFile(_ mount: consuming OwnedDescriptor, at path: String) throws(KernelError) {
        let target = try root.makeFile(path)
        try requireProcUntouched(by: false, target, path)
        try Mounts.attach(mount, on: target)
    }

    private func requireDevice(_ device: DeviceStep, _ node: borrowing OwnedDescriptor) throws(KernelError) {
        let status = try node.status()
        let isSame = status.mode & S_IFMT == device.type.nodeType
            && (device.type == .fifo || (status.representedMajor == device.major && status.representedMinor == device.minor))
        guard isSame else { throw KernelError(.mknod, .fileExists, device.path) }
    }

    /// The links of an image may lead a bind mount to where a device is looked for: nothing of the host's is replaced there.
    private func isMadeForContainer(_ directory: borrowing OwnedDescriptor) throws(KernelError) -> Bool {
        let mount = try directory.mountID()
        let rootMount = try root.descriptor.mountID()
        return mount == rootMount || madeMounts.contains(mount)
    }

    /// What is there stays, but for a device where a link of the container's own devpts belongs.
    func makeLink(_ path: String, to target: String) throws(KernelError) {
        let entry = try root.makeParent(of: path)
        do throws(KernelError) { try entry.directory.makeSymbolicLink(entry.name, to: target) } catch {
            guard error.errno == .fileExists else { throw error }
            let status = try entry.directory.open(entry.name, [.path, .noFollow]).status()
            if status.isSymbolicLink || status.isDirectory { return }
            guard try isMadeForContainer(entry.directory) else { return }
            try entry.directory.unlink(entry.name)
            try entry.directory.makeSymbolicLink(entry.name, to: target)
        }
    }
}

extension DeviceType {
    var nodeType: mode_t {
        switch self {
        case .block: S_IFBLK
        case .character, .unbufferedCharacter: S_IFCHR
        case .fifo: S_IFIFO
        }
    }
}
