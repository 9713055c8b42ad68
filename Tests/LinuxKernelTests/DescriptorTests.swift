import Foundation
import LinuxKernel
import SystemPackage
import Testing

@Suite struct DescriptorTests {
    @Test func entriesAreNamesWithoutDots() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("a")
        try directory.write("", "b")
        try directory.link("c", to: "a")
        let opened = try FileDescriptor.currentDirectory.open(directory.path, [.readOnly, .directory])
        #expect(try opened.directoryEntries().map(\.description).sorted() == ["a", "b", "c"])
        let again = try FileDescriptor.currentDirectory.open(directory.path, [.readOnly, .directory])
        #expect(try again.subdirectories() == ["a"])
    }

    @Test func manyEntriesTakeManyReads() throws {
        let directory = try TemporaryDirectory()
        let names = (0..<600).map { String(format: "%0200d", $0) }
        for name in names { try directory.write("", name) }
        let opened = try FileDescriptor.currentDirectory.open(directory.path, [.readOnly, .directory])
        #expect(try opened.directoryEntries().map(\.description).sorted() == names)
    }

    /// Names and links are bytes, which no `String` holds where they are no UTF-8.
    @Test func namesNeedNotBeUTF8() throws {
        let directory = try TemporaryDirectory()
        let opened = try FileDescriptor.currentDirectory.open(directory.path, [.readOnly, .directory])
        let name = ByteString([UInt8(ascii: "x"), 0xff]), target = ByteString([0xe9, UInt8(ascii: "/")])
        #expect(name.description == "x\u{FFFD}")
        try opened.makeDirectory(name, mode: 0o755)
        try opened.open(name, [.readOnly, .directory]).makeSymbolicLink(name, to: target)
        #expect(try opened.subdirectories() == [name])
        #expect(try opened.open(name, [.readOnly, .directory]).readSymbolicLink(name) == target)

        let copy = try TemporaryDirectory()
        let copied = try FileDescriptor.currentDirectory.open(copy.path, [.readOnly, .directory])
        try opened.open(".", [.readOnly, .directory]).copyTree(to: copied)
        #expect(try copied.open(name, [.readOnly, .directory]).readSymbolicLink(name) == target)
        try opened.open(".", [.readOnly, .directory]).removeTree()
        #expect(try opened.open(".", [.readOnly, .directory]).directoryEntries().isEmpty)
    }

    @Test func aTreeIsRemovedWithoutFollowingLinks() throws {
        let directory = try TemporaryDirectory()
        try directory.makeDirectory("tree/a/b")
        try directory.makeDirectory("kept")
        try directory.write("kept", "kept/file")
        try directory.write("", "tree/a/file")
        try directory.link("tree/a/link", to: "../../kept")
        try FileDescriptor.currentDirectory.open(directory.path + "/tree", [.readOnly, .directory]).removeTree()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/tree").isEmpty)
        #expect(directory.exists("kept/file"))
    }

    @Test func readingHasALimit() throws {
        let zeros = try FileDescriptor.currentDirectory.open("/dev/zero", .readOnly)
        let error = #expect(throws: KernelError.self) { _ = try zeros.readAll(limitBytes: 100_000) }
        #expect(error?.errno == .fileTooLarge)
    }

    @Test func whatIsReadIsAllThatWasWritten() throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "0123456789", count: 30_000)
        let file = try FileDescriptor.currentDirectory.open(directory.path + "/file", [.writeOnly, .create], mode: 0o600)
        try file.writeAll(text)
        #expect(try FileDescriptor.currentDirectory.open(directory.path + "/file", .readOnly).readText() == text)
    }

    @Test func onlyWhatIsNotCloseOnExecWasInherited() throws {
        let pipe = try LinuxKernel.Pipe()
        #expect(!pipe.readEnd.wasInherited)
        #expect(fcntl(pipe.readEnd.rawValue, F_SETFD, 0) == 0)
        #expect(pipe.readEnd.wasInherited)
        #expect(!FileDescriptor(rawValue: 1 << 20).wasInherited)
    }
}

@Suite struct ByteTextTests {
    @Test(arguments: [
        ("a/b", ["a", "b"]), ("/a//b/", ["a", "b"]), ("", []), ("../\u{301}x", ["..", "\u{301}x"]), ("a\u{301}/b", ["a\u{301}", "b"]),
    ])
    func partsAreThoseOfTheKernel(_ path: String, _ parts: [String]) { #expect(path.parts(at: "/") == parts) }

    @Test(arguments: [
        ("/a/./b//../c/", ["a", "c"]), ("../../a", ["a"]), ("", []), ("a/../\u{301}/../proc", ["proc"]), ("...", ["..."]),
    ])
    func dotsAreResolved(_ path: String, _ components: [String]) { #expect(path.pathComponentsResolvingDots == components) }

    @Test func lines() {
        #expect("a\r\nb\n".parts(at: "\n") == ["a\r", "b"])
        #expect(":a::".parts(at: ":", omittingEmpty: false) == ["", "a", "", ""])
    }

    @Test(arguments: [("/", true), ("/\u{301}", true), ("a/", false), ("", false)])
    func absolute(_ path: String, _ expected: Bool) { #expect(path.isAbsolutePath == expected) }
}
