import Glibc
import LinuxKernel
import SystemPackage

/// Finds the program before the container counts as created, so that `create` already tells that it is missing.
enum ExecutableSearch {
    /// - Returns: a path for execve(2). Errors: ENOENT, EACCES, EISDIR, with the name as it was given; and what keeps us from
    ///   looking, which is no answer.
    static func find(_ name: String, environment: [String]) throws(KernelError) -> String {
        if name.contains("/") {
            if let errno = refusal(of: name) { throw KernelError(.execve, errno, name) }
            return name
        }
        var errno = Errno.noSuchFileOrDirectory
        for directory in (ProcessEnvironment.value(of: "PATH", in: environment) ?? "").split(separator: ":", omittingEmptySubsequences: false) {
            // An empty element means the working directory, which nobody wants to be searched.
            guard directory.hasPrefix("/") else { continue }
            let path = "\(directory)/\(name)"
            switch refusal(of: path) {
            case nil: return path
            case .permissionDenied?: errno = .permissionDenied
            case .noSuchFileOrDirectory?, .notDirectory?, .isDirectory?, .tooManySymbolicLinkLevels?, .fileNameTooLong?: break
            case let other?: throw KernelError(.open, other, path)
            }
        }
        throw KernelError(.execve, errno, name)
    }

    /// Why a path can't be executed by anybody; whether this user may, execve itself tells.
    private static func refusal(of path: String) -> Errno? {
        do throws(KernelError) {
            let status = try FileDescriptor.currentDirectory.open(path, .path).status()
            if status.isDirectory { return .isDirectory }
            return status.mode & 0o111 == 0 ? .permissionDenied : nil
        } catch { return error.errno }
    }
}
