import Testing

@testable import RuntimeSpec

@Suite struct NumberListTests {
    @Test(arguments: [
        ("0", [1]), ("0-3", [15]), ("0-3,7", [0x8F]), ("7,0-3", [0x8F]), ("3-3", [8]), ("63,64", [1 << 63, 1]), ("0,0,0-0", [1]),
    ] as [(String, [UInt64])])
    func listsAreBits(_ text: String, _ mask: [UInt64]) { #expect(NumberList(text)?.mask == mask) }

    @Test(arguments: ["", ",", "0,", "-", "1-", "-1", "3-1", "a", "0x1", " 1", "1 ", "+1", "1-2-3", "8192", "0-4294967295", "99999999999999999999"])
    func whatIsNoListIsNil(_ text: String) { #expect(NumberList(text) == nil) }
}
