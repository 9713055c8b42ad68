import CheckpointRestore
import LinuxKernel
import SystemPackage

/// The descriptors 0, 1 and 2 that the first process got from outside: a restored one gets others in their place.
struct StandardStreams {
    /// By which CRIU knows each: what descriptors.json holds.
    let names: [String]
    /// Files outside of the container, which CRIU would refuse to leave out unless it is told so.
    let externals: [CRIUOptions.External]

    /// - Parameters:
    ///   - names: of the descriptors when the container was made; empty where it has a terminal.
    ///   - mounts: the container's own: a file on another one is outside.
    init(_ names: [String], pid: Int32, mounts: [MountInfo], _ procfs: ProcessFileSystem) throws(KernelError) {
        var found = names, externals: [CRIUOptions.External] = []
        let descriptors = try procfs.open("\(pid)/fd", [.path, .directory])
        for number in names.indices {
            // Closed since, or another's: then the one from outside is gone, or CRIU tells.
            guard let mount = try Self.mount(of: number, pid: pid, procfs), !mounts.contains(where: { $0.id == mount }) else { continue }
            let status = try descriptors.open("\(number)", .path).status()
            guard status.isRegular else { continue }
            found[number] = "file[\(String(mount, radix: 16)):\(String(status.inode, radix: 16))]"
            externals.append(CRIUOptions.External(resource: found[number]))
        }
        self.names = found
        self.externals = externals
    }

    /// The id of the mount that a descriptor was opened through; nil where there is no such descriptor. Man: proc_pid_fdinfo(5).
    private static func mount(of number: Int, pid: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> Int? {
        do throws(KernelError) {
            let line = try procfs.read("\(pid)/fdinfo/\(number)").parts(at: "\n").first { $0.hasPrefix("mnt_id:") }
            return line?.parts(at: "\t").last.flatMap { Int($0) }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }

    /// Those that a restored process inherits: others are in the image.
    static func inherited(_ names: [String]) -> [CRIUOptions.InheritedDescriptor] {
        names.enumerated().filter { $0.element.hasPrefix("pipe:") || $0.element.hasPrefix("file[") }.map { .init(key: $0.element, descriptor: Int32($0.offset)) }
    }
}
