import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Runs hooks one after the other. Spec: config.md, "POSIX-platform Hooks".
public enum HookRunner {
    /// A hook that failed: which of its kind, and why.
    public struct Failure: Error, Sendable, Equatable {
        public let message: String
    }

    /// The first that fails ends it.
    ///
    /// - Parameters:
    ///   - state: the container's state as JSON, which each hook gets on its standard input.
    ///   - directory: where they start; nil for where we are.
    ///   - environment: of those that name none. The specification is silent; runc's have the runtime's own on the host, and inside the
    ///     container that of its process.
    public static func run(
        _ hooks: [Hook], kind: String, state: String, in directory: SharedDescriptor? = nil, environment: [String] = EnvironmentVariable.all
    ) throws(Failure) {
        for (index, hook) in hooks.enumerated() {
            try run(hook, name: "hooks.\(kind)[\(index)] (\(hook.path))", state, directory, hook.env ?? environment)
        }
    }

    private static func run(
        _ hook: Hook, name: String, _ state: String, _ directory: SharedDescriptor?, _ environment: [String]
    ) throws(Failure) {
        var spawn = Spawn(
            hook.path, arguments: hook.args.isEmpty ? [hook.path] : hook.args, environment: environment, input: state,
            timeoutMilliseconds: hook.timeout.map { Int32(clamping: Int64($0) * 1000) })
        spawn.directory = directory
        let outcome: Spawn.Outcome
        do throws(KernelError) { outcome = try spawn.run() } catch { throw Failure(message: "\(name): \(error)") }
        if outcome.succeeded { return }
        let end = outcome.timedOut ? "timed out after \(hook.timeout ?? 0) s" : "\(outcome.termination)"
        let printed = (outcome.output + outcome.errors).split(separator: "\n").joined(separator: "; ")
        throw Failure(message: "\(name): \(end)" + (printed.isEmpty ? "" : ": \(printed)"))
    }
}
