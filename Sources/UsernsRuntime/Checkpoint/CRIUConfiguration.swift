import LinuxKernel
import SystemPackage

/// A file of options of CRIU's own, which win over ours.
enum CRIUConfiguration {
    static let annotation = "org.criu.config"
    private static let defaultPath = "/etc/criu/runc.conf"

    /// The one that the container's annotation names; without it, the default one where that is there. An empty one names
    /// none, not even the default one. A file that is missing counts for nothing in CRIU, so that a container comes back on a
    /// host that has no options of its own for it.
    static func path(_ annotations: [String: String], log: RuntimeLog) throws(RuntimeError) -> String? {
        let named = annotations[annotation]
        let path = named ?? defaultPath
        if path.isEmpty { return nil }
        do throws(KernelError) {
            _ = try FileDescriptor.currentDirectory.open(path, .readOnly)
            return path
        } catch {
            guard let named else { return nil }
            let failure = RuntimeError("annotation \(annotation) \(named)", error)
            guard error.errno == .noSuchFileOrDirectory else { throw failure }
            log.warning(failure.line)
            return nil
        }
    }
}
