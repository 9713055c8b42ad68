import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// SCMP_ACT_NOTIFY: the listener's way to the agent, and the agent's answers.
    @Suite(.needs(.seccomp)) struct SeccompAgentTests {
        private static func profile(_ names: [String], listener: String?) -> JSONValue {
            var profile: JSONValue = [
                "defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "for the agent",
                "syscalls": [["names": JSONValue(names), "action": "SCMP_ACT_NOTIFY"]],
            ]
            if let listener { profile["listenerPath"] = .string(listener) }
            return profile
        }

        /// Where the agent listens: where every identity reaches it.
        private func listen(_ bundle: Bundle) throws -> (path: String, socket: Int32) {
            let path = "\(bundle.directory)/agent.sock"
            let socket = ch_listen(path, 30)
            try #require(socket >= 0)
            try #require(chmod(path, 0o777) == 0)
            return (path, socket)
        }

        private func accept(_ socket: Int32) throws -> (listener: Int32, state: JSONValue) {
            var text = [CChar](repeating: 0, count: 65536), length: Int32 = 0
            let listener = ch_accept_descriptor(socket, &text, 65535, &length)
            try #require(listener >= 0, "\(String(cString: strerror(-listener)))")
            return (listener, try JSONValue(parsing: String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)))
        }

        @Test(arguments: Identity.allCases, [true, false])
        func theAgentAnswers(_ identity: Identity, noNewPrivileges: Bool) throws {
            try withBundle(identity) { bundle in
                let agent = try listen(bundle)
                defer { close(agent.socket) }
                try bundle.edit {
                    $0["linux.seccomp"] = Self.profile(["mkdir"], listener: agent.path)
                    $0["process.noNewPrivileges"] = .bool(noNewPrivileges)
                    $0["annotations"] = ["a.b": "c"]
                    $0.setShell("mkdir /tmp/x 2>&1; echo $?")
                }
                let running = try bundle.runtimeCommand(["run", bundle.id]).start()
                let (listener, state) = try accept(agent.socket)
                #expect(state["ociVersion"]?.string == "1.3.0" && state["fds"] == ["seccompFd"] && state["metadata"]?.string == "for the agent")
                #expect(state["state"]?["id"]?.string == bundle.id && state["state"]?["status"]?.string == "creating")
                #expect(state["state"]?["bundle"]?.string == bundle.directory && state["state"]?["annotations"]?.object?["a.b"]?.string == "c")
                let pid = try #require(state["pid"]?.integer)
                // The state is only written when the process is ready, which it may be a moment later.
                #expect(eventually { (try? bundle.initPID()).map(Int64.init) == pid })
                // EXDEV: nothing else here answers that.
                try #require(ch_answer_syscall(listener, 18) == 0)
                close(listener)
                let result = try running.wait(limitSeconds: 60)
                #expect(result.text.contains("Invalid cross-device link") && result.text.hasSuffix("\n1"), "\(result)")
            }
        }

        @Test(arguments: [Identity.root, .oneID])
        func aCreatedContainerAndExecHaveTheirOwn(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let agent = try listen(bundle)
                defer { close(agent.socket) }
                try bundle.edit {
                    $0["linux.seccomp"] = Self.profile(["mkdir"], listener: nil)
                    $0["linux.seccomp.listenerMetadata"] = nil
                    // crun's way to say it.
                    $0["annotations"] = ["run.oci.seccomp.receiver": .string(agent.path)]
                    $0.setShell("while :; do sleep 0.05; done")
                }
                try bundle.create()
                let first = try accept(agent.socket)
                defer { close(first.listener) }
                #expect(first.state["metadata"] == nil)
                try bundle.start()
                let running = try bundle.runtimeCommand(["exec", bundle.id, "mkdir", "/tmp/x"]).start()
                let second = try accept(agent.socket)
                #expect(second.state["state"]?["status"]?.string == "running")
                #expect(try second.state["pid"]?.integer != Int64(bundle.initPID()))
                try #require(ch_answer_syscall(second.listener, 18) == 0)
                close(second.listener)
                let result = try running.wait(limitSeconds: 60)
                #expect(result.stderr.contains("Invalid cross-device link"), "\(result)")
            }
        }

        @Test func withoutAnAgentNothingRuns() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0["linux.seccomp"] = Self.profile(["mkdir"], listener: "/no/agent") }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty && result.stderr.contains("linux.seccomp.listenerPath /no/agent"), "\(result)")
            }
        }

        @Test(arguments: [
            ("linux.seccomp.listenerPath", nil, "linux.seccomp.listener"), ("linux.seccomp.defaultAction", "SCMP_ACT_NOTIFY", "linux.seccomp.defaultAction"),
            ("linux.seccomp.syscalls", [["names": ["sendmsg"], "action": "SCMP_ACT_NOTIFY"]], "sendmsg"),
        ] as [(String, JSONValue?, String)])
        func whatCannotWorkIsNamed(_ path: String, _ value: JSONValue?, _ named: String) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = Self.profile(["mkdir"], listener: "/agent")
                    $0[path] = value
                }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains(named), "\(result)")
            }
        }

        /// libseccomp 2.5 loops for ever on the first; the second only looks like it.
        @Test(arguments: [
            ([[[0, 2, "SCMP_CMP_GE"], [1, 0, "SCMP_CMP_EQ"]], [[0, 2, "SCMP_CMP_GE"], [2, 2, "SCMP_CMP_EQ"], [4, 1, "SCMP_CMP_GE"]]], false),
            ([[[0, 1, "SCMP_CMP_EQ"], [1, 10, "SCMP_CMP_EQ"]], [[0, 1, "SCMP_CMP_EQ"], [1, 12, "SCMP_CMP_EQ"]]], true),
        ] as [(JSONValue, Bool)])
        func rulesThatNeverEndAreRefused(_ rules: JSONValue, _ works: Bool) throws {
            try withBundle(.oneID) { bundle in
                let syscalls = (rules.array ?? []).enumerated().map { index, arguments -> JSONValue in
                    [
                        "names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": .init(index + 1),
                        "args": .array((arguments.array ?? []).map { ["index": $0.array![0], "value": $0.array![1], "op": $0.array![2]] }),
                    ]
                }
                try bundle.edit { $0["linux.seccomp"] = ["defaultAction": "SCMP_ACT_ALLOW", "syscalls": .array(syscalls)] }
                let result = try bundle.sh("echo ran")
                #expect(result.succeeded == works, "\(result)")
                if !works { #expect(result.errors.count == 1 && result.stderr.contains("linux.seccomp.syscalls[1]"), "\(result)") }
            }
        }
    }
}
