import Testing

@testable import CommandLineInterface

@Suite struct LogLineTests {
    @Test(arguments: [
        ("plain", #""plain""#, #""plain""#),
        ("", #""""#, #""""#),
        (#"a "quoted" word"#, #""a \"quoted\" word""#, #""a \"quoted\" word""#),
        (#"back\slash"#, #""back\\slash""#, #""back\\slash""#),
        ("two\nlines\tand\rmore", #""two\nlines\tand\rmore""#, #""two\nlines\tand\rmore""#),
        ("bell \u{7} and \u{1b}[31m", #""bell \x07 and \x1b[31m""#, #""bell \u0007 and \u001B[31m""#),
        ("one byte \u{9b}31m", #""one byte \x9b31m""#, "\"one byte \u{9b}31m\""),
        ("größer 漢字", #""größer 漢字""#, #""größer 漢字""#),
    ])
    func rendered(_ message: String, _ text: String, _ json: String) {
        let line = LogLine(level: "error", message: message, time: "2026-01-31T23:59:59Z")
        #expect(line.rendered(as: .text) == "time=\"2026-01-31T23:59:59Z\" level=error msg=\(text)\n")
        #expect(line.rendered(as: .json) == "{\"level\":\"error\",\"msg\":\(json),\"time\":\"2026-01-31T23:59:59Z\"}\n")
    }
}
