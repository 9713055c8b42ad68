import CheckpointRestore
import LinuxKernel
import SystemPackage

/// The descriptors 0, 1 and 2 that the first process gets from outside: a restored one gets others in their place.
///
/// Told when the container is made: a shell moves them about, and what it finds in their place for a moment is its own.
enum StandardStreams {
    /// By which CRIU knows each of our own: the kernel's name, or of a file, which CRIU refuses to leave out unless it is
    /// told so, `file[mount:inode]`. Empty for one that our caller has closed.
    static func names(_ procfs: ProcessFileSystem) throws(KernelError) -> [String] {
        let descriptors = try procfs.open("self/fd", [.path, .directory])
        var names: [String] = []
        for number in 0...2 {
            do throws(KernelError) {
                let name = try descriptors.readSymbolicLink("\(number)").description
                names.append(name.isAbsolutePath ? try fileName(Int32(number), procfs) ?? name : name)
            } catch {
                guard error.errno == .noSuchFileOrDirectory else { throw error }
                names.append("")
            }
        }
        return names
    }

    /// nil for what is no regular file. Man: proc_pid_fdinfo(5).
    private static func fileName(_ number: Int32, _ procfs: ProcessFileSystem) throws(KernelError) -> String? {
        let status = try FileDescriptor(rawValue: number).status()
        guard status.isRegular else { return nil }
        let line = try procfs.read("self/fdinfo/\(number)").parts(at: "\n").first { $0.hasPrefix("mnt_id:") }
        guard let mount = line?.parts(at: "\t").last.flatMap({ Int($0) }) else { return nil }
        return "file[\(String(mount, radix: 16)):\(String(status.inode, radix: 16))]"
    }

    private static func isFile(_ name: String) -> Bool { name.hasPrefix("file[") }

    /// For a dump: files outside of the container.
    static func externals(_ names: [String]) -> [CRIUOptions.External] { names.filter(isFile).map { CRIUOptions.External(resource: $0) } }

    /// For a restore: those that a process inherits; others are in the image.
    static func inherited(_ names: [String]) -> [CRIUOptions.InheritedDescriptor] {
        names.enumerated().filter { $0.element.hasPrefix("pipe:") || isFile($0.element) }.map { .init(key: $0.element, descriptor: Int32($0.offset)) }
    }
}
