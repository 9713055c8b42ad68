import RuntimeSpec

@testable import CgroupControl
@testable import UsernsRuntime

/// Annotations, an entry `KEY=VALUE` up to each NUL, and all who take something from them.
enum AnnotationReader {
    static func read(_ text: String) {
        var annotations: [String: String] = [:]
        for entry in text.split(separator: "\0") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            annotations[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        answer { () throws(CgroupError) in _ = try PropertyAnnotations.properties(of: annotations) }
        answer { () throws(RuntimeError) in _ = try CRIUConfiguration.path(annotations, log: RuntimeLog(warning: { _ in }, debug: { _ in })) }

        var spec = Spec.defaultSpec()
        spec.annotations = annotations
        spec.linux.seccomp = Seccomp()
        spec.adoptOldMeanings()
        precondition(spec.linux.seccomp?.listenerPath == annotations[Spec.seccompReceiverAnnotation])
        answer { () throws(SpecError) in try spec.validate() }

        // No annotation takes the bundle's place, and what was written is read as what it was.
        var state = SavedState()
        state.config.annotations = annotations
        state.config.setLabels(bundle: "/bundle")
        do throws(SpecError) {
            let again = try SavedState.decode(Array(state.encoded(pretty: false).utf8))
            precondition(again == state && again.config.bundle == "/bundle", "\(state)")
        } catch { preconditionFailure("\(error): \(state)") }
    }
}
