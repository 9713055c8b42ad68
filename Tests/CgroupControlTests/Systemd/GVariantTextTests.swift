import Testing

@testable import CgroupControl

@Suite struct GVariantTextTests {
    @Test(arguments: [
        ("true", .boolean(true)), (" false ", .boolean(false)), ("boolean true", .boolean(true)),
        ("7", .int32(7)), ("-7", .int32(-7)), ("+7", .int32(7)), ("0x1f", .int32(31)), ("-0x10", .int32(-16)), ("010", .int32(8)), ("0", .int32(0)),
        ("uint64 123456789", .uint64(123_456_789)), ("uint64 18446744073709551615", .uint64(.max)), ("int64 -1", .int64(-1)),
        ("byte 0xff", .byte(255)), ("int16 -32768", .int16(-32768)), ("uint16 65535", .uint16(65535)), ("uint32 1", .uint32(1)), ("@t 5", .uint64(5)),
        ("1.5", .double(1.5)), ("double 2", .double(2)), ("1e3", .double(1000)),
        ("'text'", .string("text")), ("\"it's\"", .string("it's")), ("string 'x'", .string("x")), ("''", .string("")),
        (#"'a\'b\n\u00e9\\'"#, .string("a'b\né\\")), ("objectpath '/a/b_1'", .objectPath("/a/b_1")), ("objectpath '/'", .objectPath("/")),
        ("['a', 'b']", .array(of: "s", [.string("a"), .string("b")])), ("['a',]", .array(of: "s", [.string("a")])),
        ("@as []", .array(of: "s", [])), ("@ay [1, 255]", .array(of: "y", [.byte(1), .byte(255)])),
        ("[uint64 1, 2]", .array(of: "t", [.uint64(1), .uint64(2)])), ("[[1], [2]]", .array(of: "ai", [.array(of: "i", [.int32(1)]), .array(of: "i", [.int32(2)])])),
        ("('/dev/null', 'rw')", .structure([.string("/dev/null"), .string("rw")])), ("(1,)", .structure([.int32(1)])),
        ("[('a', uint64 1)]", .array(of: "(st)", [.structure([.string("a"), .uint64(1)])])),
        ("@a(st) [('a', 1)]", .array(of: "(st)", [.structure([.string("a"), .uint64(1)])])), ("@a(ss) []", .array(of: "(ss)", [])),
    ] as [(String, BusValue)])
    func values(_ text: String, _ expected: BusValue) throws {
        #expect(try GVariantText.parse(text) == expected)
    }

    @Test(arguments: [
        "", "   ", "text", "'text", "\"text'", "'a' 'b'", "1 2", "True", "uint64", "uint64 'a'", "uint64 -1", "uint64 18446744073709551616", "byte 256", "int32 2147483648",
        "2147483648", "0x", "0xg", "-", "+-1", "1_000", "0b1", "08", "inf", "nan", "double nan", "1.5.5", "uint32 1.5", "boolean 1", "string true",
        "[", "]", "[1", "[1,,2]", "[,]", "[]", "[1, 'a']", "['a', 1]", "[1 2]", "(", "()", "(1", "@", "@a", "@z 1", "@as", "@as ['a', 1]", "@(s) ()", "@(s) ('a', 'b')",
        "@(ss) ('a')", "@ss 'a'", "@s 1", "@as 'a'", "@v <1>", "<1>", "{'a': 1}", "@a{sv} {}", "nothing", "just 1", "handle 1", "b'bytes'",
        #"'\u12'"#, #"'\ud800'"#, #"'\U00110000'"#, #"'a\u0000b'"#, "'a\0b'", "objectpath 'a'", "objectpath '/a/'", "objectpath '//'", "objectpath '/é'",
        "uint64 uint32 1", "[[[[[[[[[[1]]]]]]]]]]", "@aaaaaaaaaaaai []",
    ])
    func whatIsNoneIsRefused(_ text: String) {
        #expect(throws: GVariantText.Malformed.self) { try GVariantText.parse(text) }
    }

    @Test func depthIsBounded() {
        for opening in ["[", "(", "uint64 ", "@as ", "@aas [", "@a"] {
            #expect(throws: GVariantText.Malformed.self) { try GVariantText.parse(String(repeating: opening, count: 100_000)) }
        }
    }
}
