import ContainerPlan
import Glibc
import LinuxKernel
import SystemPackage

/// The process between the runtime and init, where one clone cannot express the order: it joins and unshares, clones
/// the other as its sibling (so that it is the runtime's own child), tells its pid, and goes away.
enum IntermediateProcess {
    /// - Parameter procfs: the runtime's: the mount namespace that is joined may have anything at /proc.
    static func run(
        _ namespaces: NamespacePlan, _ procfs: ProcessFileSystem, _ channel: borrowing ChildChannel, sibling: (borrowing ChildChannel) -> Never
    ) -> Never {
        do throws(KernelError) {
            try CurrentProcess.setParentDeathSignal(SIGKILL)
            // Opened while they are ours to open.
            let offsets = namespaces.timeOffsets.isEmpty ? nil : try procfs.open("self/timens_offsets", .writeOnly)
            // Whoever has privilege in a user namespace that is joined could trace us, with the host's files in our hands. In a
            // new one nobody has, and who maps it has to open our files.
            if namespaces.userNamespace != .new { try CurrentProcess.setDumpable(false) }
            try join(namespaces)
            if namespaces.userNamespace == .new {
                try CurrentProcess.unshare([.user])
                try channel.send(.awaitingMap)
                try channel.expect(.mapped)
            }
            if let offsets {
                try CurrentProcess.unshare([.time])
                do throws(KernelError) { try offsets.writeAll(namespaces.timeOffsets) } catch { throw error.about("/proc/self/timens_offsets") }
            }
            try cloneSibling(flags: namespaces.cloneFlags, channel, sibling)
        } catch {
            channel.fail(ChildFailure(.intermediate, error))
        }
    }

    /// The same for `exec`: all of the container's namespaces at once, by its init's pidfd.
    static func runExec(
        _ namespaces: Set<NamespaceKind>, of container: SharedDescriptor, _ channel: borrowing ChildChannel,
        sibling: (borrowing ChildChannel) -> Never
    ) -> Never {
        do throws(KernelError) {
            // Once inside, processes of the container could trace us.
            try CurrentProcess.setDumpable(false)
            try CurrentProcess.setParentDeathSignal(SIGKILL)
            try NamespaceJoiner.join(namespaces, of: container)
            try cloneSibling(flags: 0, channel, sibling)
        } catch {
            channel.fail(ChildFailure(.intermediate, error))
        }
    }

    /// With CLONE_PARENT the exit signal is taken from us, and another than 0 is refused.
    private static func cloneSibling(flags: UInt64, _ channel: borrowing ChildChannel, _ sibling: (borrowing ChildChannel) -> Never) throws(KernelError) -> Never {
        guard let other = try ChildProcess.clone(flags: flags | ChildProcess.siblingFlag, exitSignal: 0) else { sibling(channel) }
        try channel.send(.initProcess(pid: other.pid), passing: other.pidfd)
        _exit(0)
    }

    /// First what our own privilege allows; what it does not may be owned by the user namespace that is joined next.
    private static func join(_ namespaces: NamespacePlan) throws(KernelError) {
        guard case .joined(let userPath) = namespaces.userNamespace else {
            for join in namespaces.joins { try NamespaceJoiner.join(join.kind, path: join.path) }
            return
        }
        let user = try NamespaceJoiner.open(.user, path: userPath)
        var postponed: [SharedDescriptor] = []
        var kinds: [NamespaceKind] = []
        for join in namespaces.joins {
            let descriptor = try NamespaceJoiner.open(join.kind, path: join.path)
            do throws(KernelError) { try CurrentProcess.join(descriptor, flags: join.kind.flag) } catch {
                guard error.errno == .notPermitted else { throw error.about(join.path) }
                kinds.append(join.kind)
                postponed.append(SharedDescriptor(descriptor))
            }
        }
        do throws(KernelError) { try CurrentProcess.join(user, flags: NamespaceKind.user.flag) } catch {
            throw error.about(userPath)
        }
        for (index, kind) in kinds.enumerated() { try CurrentProcess.join(postponed[index], flags: kind.flag) }
    }
}
