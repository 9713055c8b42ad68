import SeccompFilter

/// What `--version` shows.
enum ProgramVersion {
    static let program = "0.1.0"
    static let specification = "1.3.0"

    static var lines: String {
        """
        runc version \(program)
        spec: \(specification)
        libseccomp: \(SeccompFilter.libraryVersion)

        """
    }
}
