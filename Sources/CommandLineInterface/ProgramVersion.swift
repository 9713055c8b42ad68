import RuntimeSpec
import SeccompFilter

/// What `--version` shows.
enum ProgramVersion {
    static let program = "0.1.0"

    static var lines: String {
        """
        runc version \(program)
        spec: \(Spec.implementedVersion)
        libseccomp: \(SeccompFilter.libraryVersion)

        """
    }
}
