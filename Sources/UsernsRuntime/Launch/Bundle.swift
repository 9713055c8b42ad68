import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// A bundle: a directory with config.json.
struct Bundle {
    static let configName = "config.json"

    /// Absolute.
    let path: String
    var spec: Spec

    /// Reads and validates. Every error names the file or the field.
    init(_ given: String) throws(RuntimeError) {
        do throws(KernelError) { path = try CurrentProcess.absolutePath(given) } catch { throw RuntimeError("bundle \(given)", error) }
        let config = "\(path)/\(Self.configName)"
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try FileDescriptor.currentDirectory.open(config, .readOnly).readAll() } catch {
            throw RuntimeError(config, error, hint: error.errno == .noSuchFileOrDirectory ? "runc spec writes one" : nil)
        }
        do throws(SpecError) {
            spec = try Spec.decode(bytes)
            spec.adoptOldMeanings()
            try spec.validate()
        } catch { throw RuntimeError("\(config): \(error)") }
        do throws(KernelError) { _ = try FileDescriptor.currentDirectory.open(rootfs, [.path, .directory]) } catch {
            throw RuntimeError("root.path \(rootfs)", error)
        }
    }

    var rootfs: String {
        let root = spec.root?.path ?? ""
        return root.isAbsolutePath ? root : path + "/" + root
    }
}
