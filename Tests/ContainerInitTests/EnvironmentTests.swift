import LinuxKernel
import SystemPackage
import Testing

@testable import ContainerInit

@Suite struct EnvironmentTests {
    @Test func keepsAHomeThatIsGiven() throws {
        #expect(try ProcessEnvironment.complete(["A=1", "HOME=/x"], uid: 0) == ["A=1", "HOME=/x"])
    }

    @Test(arguments: [["A=1"], ["A=1", "HOME="]])
    func findsTheHomeOfRoot(_ environment: [String]) throws {
        #expect(try ProcessEnvironment.complete(environment, uid: 0) == ["A=1", "HOME=/root"])
    }

    @Test func aUserWithoutEntryGetsTheRoot() throws {
        #expect(try ProcessEnvironment.complete([], uid: 4_000_000_000) == ["HOME=/"])
    }

    @Test func findsAValue() {
        #expect(ProcessEnvironment.value(of: "PATH", in: ["PATHS=/b", "PATH=/c"]) == "/c")
        #expect(ProcessEnvironment.value(of: "PATH", in: ["PATHS=/b"]) == nil)
    }

    @Test(arguments: [("sh", "PATH=/nosuch:/bin", "/bin/sh"), ("/bin/sh", "PATH=", "/bin/sh")])
    func findsPrograms(name: String, path: String, expected: String) throws {
        #expect(try ExecutableSearch.find(name, environment: [path]) == expected)
    }

    @Test(arguments: [
        ("nosuch", "PATH=/bin", Errno.noSuchFileOrDirectory), ("sh", "PATH=relative::", .noSuchFileOrDirectory), ("sh", "A=b", .noSuchFileOrDirectory),
        ("passwd", "PATH=/etc", .permissionDenied), ("/etc/passwd", "", .permissionDenied), ("/etc", "", .isDirectory),
    ])
    func tellsWhyNot(name: String, path: String, errno: Errno) {
        let error = #expect(throws: KernelError.self) { try ExecutableSearch.find(name, environment: [path]) }
        #expect(error?.errno == errno)
        #expect(error?.subject == name)
    }
}
