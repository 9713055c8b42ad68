import Testing

@testable import RuntimeSpec

/// One field of each width.
private struct Numbers: JSONObject {
    var i32: Int32?
    var i64: Int64?
    var u16: UInt16?
    var u32: UInt32?
    var u64: UInt64?

    mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("i32", &i32)
        try json.optional("i64", &i64)
        try json.optional("u16", &u16)
        try json.optional("u32", &u32)
        try json.optional("u64", &u64)
    }
}

@Suite struct JSONNumberTests {
    @Test(arguments: [
        ("i32", "-2147483648"), ("i32", "2147483647"), ("i32", "0"),
        ("i64", "-9223372036854775808"), ("i64", "9223372036854775807"), ("i64", "-1"),
        ("u16", "0"), ("u16", "65535"),
        ("u32", "4294967295"),
        ("u64", "0"), ("u64", "9223372036854775807"), ("u64", "9223372036854775808"), ("u64", "18446744073709551615"),
    ])
    func limitsAreReadAndWrittenExactly(field: String, number: String) throws {
        let text = #"{"\#(field)":\#(number)}"#
        #expect(try Numbers.decode(Array(text.utf8)).encoded(pretty: false) == text)
    }

    @Test func minusZeroIsZero() throws {
        #expect(try Numbers.decode(Array(#"{"u64":-0,"i32":-0}"#.utf8)).encoded(pretty: false) == #"{"i32":0,"u64":0}"#)
    }

    @Test(arguments: [
        ("i32", "-2147483649"), ("i32", "2147483648"), ("i32", "18446744073709551615"),
        ("i64", "9223372036854775808"), ("i64", "-9223372036854775809"), ("i64", "-99999999999999999999"),
        ("u16", "-1"), ("u16", "65536"),
        ("u32", "-1"), ("u32", "4294967296"), ("u32", "9223372036854775808"),
        ("u64", "-1"), ("u64", "18446744073709551616"), ("u64", "99999999999999999999999999999999999999"),
        ("u64", "1e3"), ("u64", "1E3"), ("u64", "1.0"), ("u64", "0.5"), ("i32", "1e300"), ("i64", "-1e0"),
        ("u64", "true"), ("u64", "\"1\""), ("u64", "\"\""), ("u64", "[]"), ("u64", "{}"),
    ])
    func whatTheFieldCannotHoldIsRefused(field: String, number: String) throws {
        let range = ["i32": "-2147483648 to 2147483647", "i64": "-9223372036854775808 to 9223372036854775807",
                     "u16": "0 to 65535", "u32": "0 to 4294967295", "u64": "0 to 18446744073709551615"]
        let expected = "\(field): must be a number from \(try #require(range[field]))"
        #expect(decodingError(Numbers.self, #"{"x":"99999999999999999999","\#(field)":\#(number)}"#) == expected)
    }

    @Test func rlimitBeyond64BitsNamesTheField() {
        let text = #"{"cwd":"/","rlimits":[{"type":"RLIMIT_CPU","hard":18446744073709551615,"soft":18446744073709551616}]}"#
        #expect(decodingError(Process.self, text) == "rlimits[0].soft: must be a number from 0 to 18446744073709551615")
    }
}
