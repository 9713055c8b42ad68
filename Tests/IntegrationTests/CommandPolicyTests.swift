import Testing

extension IntegrationTests {
    /// What an unprivileged user without a cgroup may ask for.
    @Suite struct CommandPolicyTests {
        @Test(arguments: [
            ["ps", "ID"], ["ps", "ID", "-ef"], ["events", "--stats", "ID"], ["pause", "ID"], ["resume", "ID"],
            ["update", "--pids-limit", "10", "ID"], ["checkpoint", "ID"], ["restore", "ID"],
        ])
        func refusesWithAHint(_ arguments: [String]) throws {
            try withBundle(.oneID) { bundle in
                try bundle.runDetached()
                let result = try bundle.runtimeCommand(arguments.map { $0 == "ID" ? bundle.id : $0 }).run()
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(arguments[0]), "\(result)")
                #expect(result.stderr.contains("hint"), "\(result)")
                #expect(result.stdout.isEmpty)
                #expect(try bundle.status() == "running")
            }
        }

        @Test(arguments: Identity.unprivileged)
        func allowsWhatNeedsNoCgroup(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                try bundle.start()
                for arguments in [
                    ["state", bundle.id], ["list"], ["features"], ["exec", bundle.id, "true"], ["kill", bundle.id, "KILL"],
                ] {
                    let result = try bundle.runtimeCommand(arguments).run()
                    #expect(result.succeeded, "\(result)")
                }
                #expect(try bundle.waitForStatus("stopped"))
                let deleted = try bundle.runc("delete", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }
    }
}
