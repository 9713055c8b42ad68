import Foundation
import Testing

extension IntegrationTests {
    /// How many processes and executions a container costs, as strace counts them.
    @Suite(.needs(.tool("strace"))) struct SystemCallTests {
        struct Trace {
            /// Each line: the process, and its call.
            let calls: [(pid: Int, call: Substring)]

            /// Those of one process whose name is among these.
            func calls(_ names: Set<String>, of pid: Int? = nil) -> [Substring] {
                calls.filter { (pid == nil || $0.pid == pid) && names.contains(String($0.call.prefix { $0 != "(" })) }.map(\.call)
            }
        }

        /// Traces `run` as root traces a user: an unprivileged tracer would strip newuidmap of its privilege.
        ///
        /// - Parameter calls: strace's name for those that are traced.
        private func trace(_ bundle: Bundle, calls: String = "process") throws -> Trace {
            let file = "\(bundle.directory)/trace"
            let user = bundle.identity == .root ? [] : ["--user=\(try TestHost.shared.user.name)"]
            let result = try Command(
                arguments: ["env", "--chdir", bundle.directory, "strace", "--follow-forks", "--output=\(file)", "--trace=\(calls)", "--signal=none"] + user
                    + [RuntimeUnderTest.path, "--root", bundle.stateRoot, "run", bundle.id],
                environment: bundle.identity.environment(mark: bundle.id)
            ).run()
            try #require(result.succeeded, "\(result)")
            return Trace(
                calls: try bundle.read(file).split(separator: "\n").compactMap { line in
                    guard let space = line.firstIndex(of: " "), let pid = Int(line[..<space]) else { return nil }
                    return (pid, line[space...].drop { $0 == " " })
                })
        }

        private static let clones: Set<String> = ["clone", "clone3", "fork", "vfork"]

        @Test func oneIDCostsOneCloneAndNoReexec() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setArguments(["/bin/true"]) }
                let trace = try trace(bundle)
                let ours = try #require(trace.calls.first?.pid)
                #expect(trace.calls(Self.clones).count == 1, "\(trace.calls)")
                #expect(trace.calls(Self.clones, of: ours).count == 1)
                #expect(trace.calls(["execve", "execveat"], of: ours).count == 1, "the shell's: \(trace.calls)")
                let all = trace.calls(["execve", "execveat"])
                #expect(all.count == 2 && all.last?.contains("/bin/true") == true, "\(all)")
                // A single thread, always.
                #expect(!trace.calls.contains { $0.call.contains("CLONE_THREAD") })
            }
        }

        /// Root's way through a protected executable is paid once: the Swift runtime starts only in the second execution.
        @Test func rootStartsOnce() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setArguments(["/bin/true"]) }
                let trace = try trace(bundle, calls: "all")
                let ours = trace.calls.filter { $0.pid == trace.calls.first?.pid }.map(\.call)
                let executions = ours.indices.filter { ours[$0].hasPrefix("exec") && ours[$0].hasSuffix("= 0") }
                try #require(executions.count == 2, "\(executions.map { ours[$0] })")
                #expect(ours[executions[1]].hasPrefix("execveat("))
                let startOfRuntime = "\"/proc/self/maps\""
                #expect(!ours[executions[0]..<executions[1]].contains { $0.contains(startOfRuntime) })
                #expect(ours[executions[1]...].count { $0.contains(startOfRuntime) } == 1)
            }
        }

        @Test func aCheckOfTheTraceItself() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setShell("/bin/true; /bin/true") }
                let trace = try trace(bundle)
                #expect(trace.calls(Self.clones).count >= 2)
                #expect(trace.calls(["execve", "execveat"]).count >= 3)
            }
        }
    }
}
