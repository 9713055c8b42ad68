import Testing

@testable import RuntimeSpec

@Suite struct SpecDecodingErrorTests {
    /// A configuration with one field of the process, in JSON.
    private static func process(_ field: String) -> String {
        #"{"ociVersion":"1.0.0","process":{"cwd":"/",\#(field)}}"#
    }

    private static func linux(_ field: String) -> String { #"{"ociVersion":"1.0.0","linux":{\#(field)}}"# }

    @Test(arguments: [
        (#"{}"#, "ociVersion: is missing"),
        (#"{"ociVersion":null}"#, "ociVersion: is missing"),
        (#"{"ociVersion":1}"#, "ociVersion: must be a string"),
        (#"{"ociVersion":"1.0.0","process":[]}"#, "process: must be an object"),
        (#"{"ociVersion":"1.0.0","process":{}}"#, "process.cwd: is missing"),
        (#"{"ociVersion":"1.0.0","root":{"readonly":true}}"#, "root.path: is missing"),
        (#"{"ociVersion":"1.0.0","mounts":{}}"#, "mounts: must be an array"),
        (
            #"{"ociVersion":"1.0.0","mounts":[{"destination":"/a"},{"destination":"/b"},{},{"type":"proc"}]}"#,
            "mounts[2].destination: is missing"
        ),
        (#"{"ociVersion":"1.0.0","mounts":[null]}"#, "mounts[0]: must be an object"),
        (#"{"ociVersion":"1.0.0","annotations":{"a.b":1}}"#, #"annotations["a.b"]: must be a string"#),
        (#"{"ociVersion":"1.0.0","annotations":[]}"#, "annotations: must be an object"),
        (#"{"ociVersion":"1.0.0","hooks":{"poststop":[{"args":[]}]}}"#, "hooks.poststop[0].path: is missing"),
        (process(#""terminal":1"#), "process.terminal: must be true or false"),
        (process(#""args":["a",2]"#), "process.args[1]: must be a string"),
        (process(#""args":[null]"#), "process.args[0]: must be a string"),
        (process(#""args":["a\u0000b"]"#), "process.args[0]: must not contain a NUL character"),
        (process(#""user":{"uid":-1}"#), "process.user.uid: must be a number from 0 to 4294967295"),
        (process(#""user":{"uid":4294967296}"#), "process.user.uid: must be a number from 0 to 4294967295"),
        (process(#""user":{"uid":"0"}"#), "process.user.uid: must be a number from 0 to 4294967295"),
        (process(#""oomScoreAdj":2147483648"#), "process.oomScoreAdj: must be a number from -2147483648 to 2147483647"),
        (process(#""terminal":true,"consoleSize":{"height":1,"width":65536}"#), "process.consoleSize.width: must be a number from 0 to 65535"),
        (process(#""rlimits":[{"type":"RLIMIT_X","hard":1,"soft":1}]"#), #"process.rlimits[0].type: "RLIMIT_X" is none of RLIMIT_AS, "#),
        (process(#""rlimits":[{"type":"","hard":1,"soft":1}]"#), #"process.rlimits[0].type: "" is none of RLIMIT_AS, "#),
        (process(#""scheduler":{"policy":"SCHED_\n"}"#), #"process.scheduler.policy: "SCHED_\n" is none of SCHED_OTHER, "#),
        (
            linux(#""namespaces":[{"type":"net"}]"#),
            #"linux.namespaces[0].type: "net" is none of pid, network, mount, ipc, uts, user, cgroup, time"#
        ),
        (linux(#""uidMappings":[{"containerID":0,"hostID":0}]"#), "linux.uidMappings[0].size: is missing"),
        (linux(#""devices":[{"type":"c","path":"/dev/a","major":1}]"#), "linux.devices[0].minor: is missing"),
        (linux(#""resources":{"rdma":{"x":{"hcaHandles":-1}}}"#), #"linux.resources.rdma["x"].hcaHandles: must be a number from 0 to 4294967295"#),
        (linux(#""resources":{"devices":[{"access":"r"}]}"#), "linux.resources.devices[0].allow: is missing"),
        (linux(#""seccomp":{}"#), "linux.seccomp.defaultAction: is missing"),
        (linux(#""seccomp":{"defaultAction":"DENY"}"#), #"linux.seccomp.defaultAction: "DENY" is none of SCMP_ACT_KILL, "#),
        (
            linux(#""seccomp":{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":0,"value":-1,"op":"SCMP_CMP_EQ"}]}]}"#),
            "linux.seccomp.syscalls[0].args[0].value: must be a number from 0 to 18446744073709551615"
        ),
    ])
    func errorNamesTheField(text: String, expected: String) throws {
        let error = try #require(decodingError(Spec.self, text))
        // The lists of known names are long: their beginning shows enough.
        #expect(expected.hasSuffix(", ") ? error.hasPrefix(expected) : error == expected)
        #expect(!error.contains("\n"))
    }

    @Test(arguments: [
        ("", "is empty"),
        (" \n", "is empty"),
        ("null", "must be an object"),
        ("[]", "must be an object"),
        ("12", "must be an object"),
        ("\u{FEFF}{}", "line 1, column 1: invalid value"),
        ("{", "line 1, column 2: the text ends within a value"),
        ("{\n \"a\": 1,\n}", "line 3, column 1: missing a name for object member"),
        ("{\n\n  \"a\" 1}", "line 3, column 7: missing a colon after a name of object member"),
        ("{\"a\":1} x", "line 1, column 9: the document root must not be followed by other values"),
        ("{\"a\":1}{}", "line 1, column 8: the document root must not be followed by other values"),
        ("{\"a\":1}\0", "line 1, column 8: the document root must not be followed by other values"),
        ("{a:1}", "line 1, column 2: missing a name for object member"),
        ("{'a':1}", "line 1, column 2: missing a name for object member"),
        ("{\"a\":'b'}", "line 1, column 6: invalid value"),
        ("{\"a\":NaN}", "line 1, column 6: invalid value"),
        ("{\"a\":Infinity}", "line 1, column 6: invalid value"),
        ("{\"a\":-Infinity}", "line 1, column 7: invalid value"),
        ("{\"a\":TRUE}", "line 1, column 6: invalid value"),
        ("{/* c */}", "line 1, column 2: missing a name for object member"),
        ("{\"a\":\"b\tc\"}", "line 1, column 8: invalid escape character in string"),
        ("{\"a\":\"b\nc\"}", "line 1, column 8: invalid escape character in string"),
        ("{\"a\":\"b\0c\"}", "line 1, column 8: missing a closing quotation mark in string"),
        ("{\0}", "line 1, column 2: missing a name for object member"),
        ("{\"a\":\"\\x\"}", "line 1, column 7: invalid escape character in string"),
        ("{\"a\":01}", "line 1, column 7: missing a comma or '}' after an object member"),
        ("{\"a\":+1}", "line 1, column 6: invalid value"),
        ("{\"a\":1e400}", "line 1, column 6: number too big to be stored in double"),
    ])
    func errorNamesThePlaceOfWhatIsNotJSON(text: String, expected: String) {
        #expect(decodingError(Spec.self, text) == expected)
    }

    @Test func nameWithANULCharacterIsAnother() {
        #expect(decodingError(Spec.self, #"{"ociVersion\u0000x":"1.0.0"}"#) == "ociVersion: is missing")
        #expect(decodingError(Spec.self, #"{"ociVersion":"1.0.0","annotations":{"a\u0000b":""}}"#) == "annotations: has a key with a NUL character")
    }

    @Test func invalidUTF8NamesTheField() throws {
        var bytes = Array(#"{"ociVersion":"1.0.0","hostname":"?"}"#.utf8)
        bytes[try #require(bytes.firstIndex(of: UInt8(ascii: "?")))] = 0xFF
        #expect(throws: SpecError(path: "hostname", "is not valid UTF-8")) { try Spec.decode(bytes) }
    }

    @Test func invalidUTF8InAKeyNamesTheMap() throws {
        var bytes = Array(#"{"ociVersion":"1.0.0","annotations":{"?":""}}"#.utf8)
        bytes[try #require(bytes.firstIndex(of: UInt8(ascii: "?")))] = 0xC3
        #expect(throws: SpecError(path: "annotations", "has a key that is not valid UTF-8")) { try Spec.decode(bytes) }
    }
}
