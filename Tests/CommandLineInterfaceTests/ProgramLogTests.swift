import Foundation
import Testing
import UsernsRuntime

@testable import CommandLineInterface

@Suite struct ProgramLogTests {
    private func inTemporaryFile(_ body: (String) throws -> Void) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let file = folder.appendingPathComponent("log")
        try "before\n".write(to: file, atomically: false, encoding: .utf8)
        try body(file.path)
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func messages(_ text: String) throws -> [[String: String]] {
        try text.split(separator: "\n").dropFirst().map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
    }

    @Test(arguments: [false, true])
    func appendsWhatItsLevelSays(_ debug: Bool) throws {
        let text = try inTemporaryFile { path in
            let log = try ProgramLog(path: path, format: .json, debug: debug).runtimeLog
            log.debug("d")
            log.warning("w")
        }
        #expect(text.hasPrefix("before\n"))
        #expect(try messages(text).map { $0["level"] } == (debug ? ["debug", "warning"] : ["warning"]))
        #expect(try messages(text).last?["msg"] == "w")
        #expect(try messages(text).last?["time"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil)
    }

    @Test func debugLinesAreNotEvenMadeWhereTheyAreNotWanted() throws {
        func line() -> String {
            Issue.record("evaluated")
            return ""
        }
        _ = try inTemporaryFile { path in
            try ProgramLog(path: path, format: .text, debug: false).runtimeLog.debug(line())
        }
    }

    @Test func fatalErrorHasItsHintOnTheSameLine() throws {
        let text = try inTemporaryFile { path in
            try ProgramLog(path: path, format: .text, debug: false)
                .fatal(RuntimeError("no \"range\"", cause: "none", hint: "add one"))
        }
        #expect(text.hasSuffix(#"level=error msg="no \"range\": none (hint: add one)""# + "\n"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func unusableFileIsNamed() {
        let error = #expect(throws: RuntimeError.self) { try ProgramLog(path: "/nowhere/log", format: .text, debug: false) }
        #expect(error?.line == "--log /nowhere/log: cannot be opened: No such file or directory")
        #expect(error?.code == 1)
    }
}
