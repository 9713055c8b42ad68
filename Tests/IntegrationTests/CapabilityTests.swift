import Testing

extension IntegrationTests {
    /// The five sets, as the kernel shows them inside.
    @Suite struct CapabilityTests {
        private static let numbers = ["CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_KILL": 5, "CAP_NET_BIND_SERVICE": 10, "CAP_SYS_ADMIN": 21, "CAP_AUDIT_WRITE": 29]

        private func mask(_ names: [String]) -> UInt64 { names.reduce(0) { $0 | 1 << UInt64(Self.numbers[$1]!) } }

        private func sets(_ status: String) -> [String: UInt64] {
            var sets: [String: UInt64] = [:]
            for line in status.split(separator: "\n") where line.hasPrefix("Cap") {
                let fields = line.split(whereSeparator: { $0 == ":" || $0.isWhitespace })
                sets[String(fields[0])] = UInt64(fields[1], radix: 16)
            }
            return sets
        }

        @Test(arguments: Identity.allCases, [0, 1000])
        func areTheConfiguredFive(_ identity: Identity, uid: Int) throws {
            if identity == .oneID, uid != 0 { return }
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.user"] = ["uid": .init(uid), "gid": .init(uid)]
                    $0["process.noNewPrivileges"] = false
                    $0["process.capabilities"] = [
                        "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE"],
                        "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE"], "effective": ["CAP_KILL", "CAP_NET_BIND_SERVICE"],
                        "inheritable": ["CAP_KILL", "CAP_CHOWN"], "ambient": ["CAP_KILL"],
                    ]
                    $0.setArguments(["cat", "/proc/self/status"])
                }
                let result = try bundle.run()
                try #require(result.succeeded, "\(result)")
                let sets = sets(result.stdout)
                #expect(sets["CapBnd"] == mask(["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE"]))
                #expect(sets["CapInh"] == mask(["CAP_KILL", "CAP_CHOWN"]))
                if uid == 0 {
                    // execve gives root all of the bounding set and the inheritable one, and no ambient set. Man: capabilities(7).
                    #expect(sets["CapPrm"] == mask(["CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE"]))
                } else {
                    #expect(sets["CapPrm"] == mask(["CAP_KILL"]))
                    #expect(sets["CapEff"] == mask(["CAP_KILL"]))
                    #expect(sets["CapAmb"] == mask(["CAP_KILL"]))
                }
            }
        }

        @Test(arguments: Identity.allCases)
        func areNoneWhereNoneAreGiven(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit {
                    $0["process.capabilities"] = nil
                    $0.setArguments(["cat", "/proc/self/status"])
                }
                let result = try bundle.run()
                try #require(result.succeeded, "\(result)")
                for (name, set) in sets(result.stdout) { #expect(set == 0, "\(name)") }
            }
        }

        @Test func unknownOnesAreWarnedAboutAndLeftOut() throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0.append("CAP_NO_SUCH_THING", to: "process.capabilities.bounding") }
                let result = try bundle.sh("echo on")
                #expect(result.text == "on" && result.errors.count { $0.contains("CAP_NO_SUCH_THING") } == 1, "\(result)")
            }
        }

        @Test func haveAnEffect() throws {
            try withBundle(.root) { bundle in
                #expect(try bundle.output("touch /tmp/f; chown 5 /tmp/f 2>/dev/null || echo refused") == "refused")
                try bundle.edit { for set in ["bounding", "permitted", "effective"] { $0.append("CAP_CHOWN", to: "process.capabilities.\(set)") } }
                #expect(try bundle.output("chown 5 /tmp/f && stat -c %u /tmp/f") == "5")
            }
        }
    }
}
