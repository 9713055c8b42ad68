import Glibc
import LinuxKernel
import SystemPackage

/// The kernel's files in a cgroup: by path, which is safe there (see `CgroupfsDriver`).
enum CgroupFile {
    /// Nil where there is none: this kernel does not have it, or the cgroup is gone.
    static func readIfThere(_ path: String) throws(KernelError) -> String? {
        try unlessMissing { () throws(KernelError) in try open(path, .readOnly).readText() }
    }

    /// The same of a file that is a single record: see `Descriptor.readRecord`.
    static func readRecordIfThere(_ path: String) throws(KernelError) -> [UInt8]? {
        try unlessMissing { () throws(KernelError) in try open(path, .readOnly).readRecord() }
    }

    /// False where there is none.
    static func writeIfThere(_ text: String, to path: String) throws(KernelError) -> Bool {
        try unlessMissing { () throws(KernelError) in try open(path, .writeOnly).writeAll(text) } != nil
    }

    private static func open(_ path: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        try FileDescriptor.currentDirectory.open(path, flags)
    }

    private static func unlessMissing<Result>(_ body: () throws(KernelError) -> Result) throws(KernelError) -> Result? {
        do throws(KernelError) { return try body() } catch {
            guard error.isMissingFile else { throw error }
            return nil
        }
    }
}

extension KernelError {
    /// ENODEV: the cgroup was removed after the file had been opened.
    var isMissingFile: Bool { errno == .noSuchFileOrDirectory || errno == .operationNotSupportedByDevice }
}

extension Descriptor where Self: ~Copyable {
    /// nil where there is none.
    func openIfThere(_ name: some KernelText, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor? {
        do throws(KernelError) { return try open(name, flags) } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }
}
