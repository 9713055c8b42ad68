import Foundation
import Testing

extension IntegrationTests {
    @Suite struct LogTests {
        @Test func anErrorGoesToTheLogAndToStandardError() throws {
            try withBundle(.oneID) { bundle in
                let log = "\(bundle.directory)/log"
                let result = try bundle.runc("start", bundle.id, global: ["--log", log])
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains("container does not exist"))
                #expect(try bundle.read(log).contains("container does not exist"))
            }
        }

        /// What an image or a hook says is shown as text: it must not end the line or speak to the terminal.
        @Test(arguments: [
            ("mounts", #"x\ntime=1 level=error\x1b[31m"#, [["destination": "/x", "type": "x\ntime=1 level=error\u{1b}[31m", "source": "none"]]),
            // Lines of a hook become one.
            ("hooks", #"x; time=1 level=error\x1b[31m"#, ["createRuntime": [["path": "/bin/sh", "args": ["sh", "-c", "printf 'x\\ntime=1 level=error\\033[31m' >&2; exit 1"]]]]),
        ] as [(String, String, JSONValue)])
        func controlCharactersAreWrittenOut(_ field: String, shown: String, _ value: JSONValue) throws {
            try withBundle(.root) { bundle in
                try bundle.edit { $0[field] = value }
                let result = try bundle.run()
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                #expect(result.stderr.contains(shown) && !result.stderr.contains("\u{1b}"), "\(result)")
            }
        }

        @Test func theLogIsAppendedTo() throws {
            try withBundle(.oneID) { bundle in
                let log = "\(bundle.directory)/log"
                for _ in 0..<3 { _ = try bundle.runc("start", bundle.id, global: ["--log", log, "--log-format", "json"]) }
                let lines = try bundle.read(log).split(separator: "\n")
                #expect(lines.count == 3)
                for line in lines {
                    let entry = try JSONValue(parsing: String(line))
                    for key in ["level", "msg", "time"] { #expect(entry[key]?.string != nil, "\(entry)") }
                }
            }
        }

        @Test func theLogHasMoreWithDebug() throws {
            try withBundle(.oneID) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                let log = "\(bundle.directory)/log"
                let quiet = try bundle.runc("run", bundle.id, global: ["--log", log, "--log-format", "json"])
                #expect(quiet.succeeded, "\(quiet)")
                let before = FileManager.default.contents(atPath: log)?.count ?? 0
                #expect(before == 0)
                let debug = try bundle.runc("run", bundle.id, global: ["--debug", "--log", log, "--log-format", "json"])
                #expect(debug.succeeded, "\(debug)")
                let entries = try bundle.read(log).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
                #expect(entries.contains { $0["level"]?.string == "debug" })
            }
        }

        @Test func aLogThatCannotBeWrittenIsNamed() throws {
            try withBundle(.oneID) { bundle in
                let result = try bundle.runc("list", global: ["--log", "/no/such/directory/log"])
                #expect(result.status == 1 && result.stderr.contains("/no/such/directory/log"), "\(result)")
            }
        }

        /// What a container writes is its own; warnings go to the log where there is one.
        @Test func messagesStayInOneLine() throws {
            try withBundle(.oneID) { bundle in
                let log = "\(bundle.directory)/log"
                try bundle.edit { $0.setArguments(["/no/such\nfile \"quoted\" \u{1}"]) }
                let result = try bundle.runc("run", bundle.id, global: ["--log", log, "--log-format", "json"])
                #expect(result.status == 1 && result.errors.count == 1, "\(result)")
                let lines = try bundle.read(log).split(separator: "\n")
                for line in lines { #expect(throws: Never.self) { try JSONValue(parsing: String(line)) } }
            }
        }
    }
}
