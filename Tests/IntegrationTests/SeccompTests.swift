import Testing

extension IntegrationTests {
    @Suite(.needs(.seccomp)) struct SeccompTests {
        private func filter(_ rules: [JSONValue], defaultAction: JSONValue = "SCMP_ACT_ALLOW") -> JSONValue {
            ["defaultAction": defaultAction, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": .array(rules)]
        }

        /// What happens to `mkdir` inside, under one rule for it.
        private func mkdir(_ identity: Identity, _ rule: [String: JSONValue], noNewPrivileges: Bool = true) throws -> CommandResult {
            var rule = rule
            rule["names"] = ["mkdir", "mkdirat"]
            var result: CommandResult?
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = filter([.object(rule)])
                    $0["process.noNewPrivileges"] = .bool(noNewPrivileges)
                    $0.setShell("grep -c '^Seccomp:.2' /proc/self/status; mkdir /tmp/x; echo status $?")
                }
                result = try bundle.run()
            }
            return result!
        }

        @Test(arguments: Identity.allCases, [true, false])
        func anErrorIsReturned(_ identity: Identity, noNewPrivileges: Bool) throws {
            let result = try mkdir(identity, ["action": "SCMP_ACT_ERRNO"], noNewPrivileges: noNewPrivileges)
            #expect(result.text == "1\nstatus 1" && result.stderr.contains("Operation not permitted"), "\(result)")
        }

        @Test func theErrorIsTheConfiguredOne() throws {
            let result = try mkdir(.root, ["action": "SCMP_ACT_ERRNO", "errnoRet": 28])
            #expect(result.stderr.contains("No space left on device"), "\(result)")
        }

        @Test(arguments: ["SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"])
        func theProcessIsKilled(_ action: String) throws {
            let result = try mkdir(.root, ["action": .string(action)])
            #expect(result.lines.last == "status 159", "128 + SIGSYS: \(result)")
        }

        @Test(arguments: ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"])
        func theCallIsAllowed(_ action: String) throws {
            #expect(try mkdir(.oneID, ["action": .string(action)]).lines.last == "status 0")
        }

        @Test func aTraceWithoutATracerIsNotImplemented() throws {
            let result = try mkdir(.root, ["action": "SCMP_ACT_TRACE"])
            #expect(result.stderr.contains("Function not implemented"), "\(result)")
        }

        /// The mode that `chmod` is given, as the filters see it.
        @Test(arguments: [
            ("SCMP_CMP_EQ", 0o700, nil, ["700"]), ("SCMP_CMP_NE", 0o700, nil, ["600", "644", "777"]), ("SCMP_CMP_LT", 0o644, nil, ["600"]),
            ("SCMP_CMP_LE", 0o644, nil, ["600", "644"]), ("SCMP_CMP_GT", 0o644, nil, ["700", "777"]), ("SCMP_CMP_GE", 0o700, nil, ["700", "777"]),
            ("SCMP_CMP_MASKED_EQ", 0o070, 0o040, ["644"]),
        ] as [(String, Int, Int?, [String])])
        func argumentsAreCompared(_ operation: String, value: Int, valueTwo: Int?, refused: [String]) throws {
            try withBundle(.root) { bundle in
                func rule(_ name: String, argument: Int) -> JSONValue {
                    var condition: [String: JSONValue] = ["index": .init(argument), "value": .init(value), "op": .string(operation)]
                    if let valueTwo { condition["valueTwo"] = .init(valueTwo) }
                    return ["names": [.string(name)], "action": "SCMP_ACT_ERRNO", "args": [.object(condition)]]
                }
                try bundle.edit {
                    $0["linux.seccomp"] = filter([rule("chmod", argument: 1), rule("fchmodat", argument: 2), rule("fchmodat2", argument: 2)])
                }
                let output = try bundle.output("touch /tmp/f; for mode in 600 644 700 777; do chmod $mode /tmp/f 2>/dev/null || echo $mode; done")
                #expect(output.split(separator: "\n").map(String.init) == refused)
            }
        }

        @Test func severalArgumentsAreAllCompared() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = filter([
                        ["names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": [
                            ["index": 0, "value": 1, "op": "SCMP_CMP_EQ"], ["index": 1, "value": 10, "op": "SCMP_CMP_EQ"],
                        ]]
                    ])
                }
                let output = try bundle.output("sleep 9 & kill -USR1 1 2>/dev/null || echo both; kill -0 1 && echo other signal; kill -USR1 $! && echo other process")
                #expect(output == "both\nother signal\nother process")
            }
        }

        @Test func unknownCallsAreIgnoredWhereTheRestHolds() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = filter([["names": ["no_such_call", "mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"]])
                }
                #expect(try bundle.output("mkdir /tmp/x 2>/dev/null || echo refused") == "refused")
            }
        }

        @Test(arguments: [
            ("linux.seccomp.defaultAction", "SCMP_ACT_NOTHING"), ("linux.seccomp.architectures", ["SCMP_ARCH_ABACUS"]),
            ("linux.seccomp.syscalls", [["names": ["mkdir"], "action": "SCMP_ACT_HOPE"]]),
            ("linux.seccomp.syscalls", [["names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [["index": 0, "value": 1, "op": "SCMP_CMP_MAYBE"]]]]),
            ("linux.seccomp.syscalls", [["names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [["index": 6, "value": 1, "op": "SCMP_CMP_EQ"]]]]),
        ] as [(String, JSONValue)])
        func whatIsUnknownIsNamed(_ path: String, _ value: JSONValue) throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = filter([])
                    $0[path] = value
                }
                let result = try bundle.sh("true")
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("seccomp"), "\(result)")
            }
        }

        /// The runtime's own last calls pass whatever the filter says of them, without no_new_privs; and exec has the filter as well.
        @Test func aStrictFilterLetsTheProcessStartAndHoldsForExec() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.seccomp"] = filter([["names": ["mkdir", "mkdirat", "setuid", "capset", "unshare", "mount", "prctl"], "action": "SCMP_ACT_ERRNO"]])
                }
                try bundle.runDetached()
                let result = try bundle.exec(["mkdir", "/tmp/x"])
                #expect(result.status == 1 && result.stderr.contains("Operation not permitted"), "\(result)")
            }
        }
    }
}
