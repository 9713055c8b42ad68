/// Why a profile cannot become a program: `linux.seccomp.syscalls[3].args[0].index: must be from 0 to 5, not 6`.
public struct SeccompError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field of config.json, from its top.
    public var path: String
    /// What is wrong with it, to be read after the path.
    public var problem: String
    /// What libseccomp or the kernel answered; nil where the profile itself is wrong.
    public var errno: Int32?
    /// libseccomp was not asked, as it might never answer.
    public var isPossibleHang = false

    init(_ path: String, _ problem: String, errno: Int32? = nil) {
        self.path = path
        self.problem = problem
        self.errno = errno
    }

    static func tooLong(_ path: String) -> SeccompError {
        SeccompError(path, "more rules than fit into the kernel's \(BPFProgram.maximumCount) instructions")
    }

    static func mayHang(_ path: String) -> SeccompError {
        var error = SeccompError(path, "libseccomp \(SeccompFilter.libraryVersion) does not come to an end with this and the rules before it")
        error.isPossibleHang = true
        return error
    }

    /// Without `errno`, which is the caller's to word.
    public var description: String { "\(path): \(problem)" }
}
