import Testing

@testable import UsernsRuntime

@Suite struct ContainerIDTests {
    @Test(arguments: ["a", "A-1_b+c.d", "...", "..a", "-", String(repeating: "x", count: 1024)])
    func accepts(_ text: String) throws {
        #expect(try ContainerID(text).text == text)
    }

    @Test(arguments: ["", ".", "..", "a/b", "../a", "a b", "a\0", "ä", "a\n", "a:b", "*", String(repeating: "x", count: 1025)])
    func refuses(_ text: String) {
        let error = #expect(throws: RuntimeError.self) { try ContainerID(text) }
        #expect(error?.message.hasPrefix("container id: ") == true)
        #expect(error?.line.contains("\n") == false)
    }
}
