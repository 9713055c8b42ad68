import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import SystemPackage

/// Makes sure that a container cannot write our own executable (CVE-2019-5736), going on from one that nobody can write
/// where that is not so. `ExecutableFacts` decides; here the facts are asked and the way is gone.
public enum ExecutableProtection {
    private static let path = "/proc/self/exe"

    /// For root, before anything else costs time: root's containers see our executable's owner, unless a user namespace
    /// of theirs does not map it, and to know that takes longer than protecting it.
    public static func protectAsRoot() throws(RuntimeError) {
        guard CurrentProcess.effectiveUID == 0 else { return }
        try protect(uidMap: nil, gidMap: nil)
    }

    /// Returns where nothing has to be done; else goes on in a new execve of ours with the same arguments.
    ///
    /// - Parameter uidMap: of the container's user namespace; nil where it has none of its own or it is not known.
    static func protect(uidMap: IDMap?, gidMap: IDMap?) throws(RuntimeError) {
        do throws(KernelError) {
            let executable = try FileDescriptor.currentDirectory.open(path, .readOnly)
            guard try facts(executable).needsProtection(uidMap: uidMap, gidMap: gidMap) else { return }
            let protected = try unwritable(executable)
            throw KernelError(.execve, Execute.again(from: protected), path)
        } catch { throw RuntimeError("protecting our own executable", error) }
    }

    private static func facts(_ executable: borrowing OwnedDescriptor) throws(KernelError) -> ExecutableFacts {
        let status = try executable.status()
        return ExecutableFacts(
            isSealed: SealedMemory.isSealed(executable), isOnReadOnlyMount: try executable.isOnReadOnlyMount(), ownerUID: status.uid,
            ownerGID: status.gid, groupMayWrite: status.mode & S_IWGRP != 0, othersMayWrite: status.mode & S_IWOTH != 0)
    }

    /// The cheapest that works: a read-only mount of it that is attached nowhere (so nobody can remount it), else a copy
    /// in sealed memory.
    private static func unwritable(_ executable: borrowing OwnedDescriptor) throws(KernelError) -> OwnedDescriptor {
        do throws(KernelError) {
            let mount = try Mounts.copy(of: path, recursive: false)
            try Mounts.setAttributes(mount, set: .readOnly)
            return mount
        } catch {
            return try SealedMemory.copy(of: executable)
        }
    }
}
