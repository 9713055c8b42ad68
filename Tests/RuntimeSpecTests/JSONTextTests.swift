import Testing

@testable import RuntimeSpec

@Suite struct JSONTextTests {
    @Test func fieldsKeepTheirOrder() {
        let text = JSONText.object([("msg", "b"), ("level", "error"), ("a", "")])
        #expect(text == #"{"msg":"b","level":"error","a":""}"#)
    }

    @Test(arguments: [
        ("quote \" backslash \\", #"quote \" backslash \\"#), ("line\nbreak\t\r", #"line\nbreak\t\r"#), ("/a/b", "/a/b"),
        ("\u{1}\u{1F}\u{7F}", "\\u0001\\u001F\u{7F}"), ("nul\0", #"nul\u0000"#), ("ä€😀", "ä€😀"),
    ])
    func valueIsEscaped(value: String, expected: String) {
        #expect(JSONText.object([("m", value)]) == #"{"m":"\#(expected)"}"#)
    }

    @Test func keyIsEscaped() { #expect(JSONText.object([("a\"\n", "")]) == #"{"a\"\n":""}"#) }
}
