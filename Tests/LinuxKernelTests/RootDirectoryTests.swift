import Foundation
import LinuxKernel
import SystemPackage
import Testing

/// A root with all that a hostile image may hold, and beside it what it must not reach.
private final class HostileImage {
    let directory: TemporaryDirectory
    let root: SharedDescriptor

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["root/etc", "root/dir/sub", "outside", "\u{301}outside"] { try directory.makeDirectory(name) }
        try directory.write("inside", "root/etc/passwd")
        try directory.write("secret", "outside/secret")
        try directory.write("secret", "\u{301}outside/secret")
        let links = [
            "absolute": "/etc/passwd", "relative": "etc/passwd", "up": "../../../../etc/passwd", "directory": "/dir/sub",
            "loop": "pool", "pool": "loop", "dangling": "/nowhere/x", "todangling": "dir/../../dangling", "escape": "../outside",
            // "/" and the accent are one Character of Swift.
            "accent": "../\u{301}outside", "file": "etc/passwd", "self": ".",
        ]
        for (name, target) in links { try directory.link("root/" + name, to: target) }
        // chain40 follows 40 links, as many as the kernel does.
        try directory.link("root/chain1", to: "etc/passwd")
        for depth in 2...41 { try directory.link("root/chain\(depth)", to: "chain\(depth - 1)") }
        try directory.link("root/danglingchain1", to: "/nowhere")
        for depth in 2...41 { try directory.link("root/danglingchain\(depth)", to: "danglingchain\(depth - 1)") }
        root = SharedDescriptor(try directory.open("root"))
    }

    func tree(withoutOpenat2: Bool) -> RootDirectory {
        var tree = RootDirectory(root)
        tree.withoutOpenat2 = withoutOpenat2
        return tree
    }
}

@Suite struct RootDirectoryTests {
    @Test(arguments: [
        "/etc/passwd", "etc/passwd", "./etc/.//passwd", "absolute", "relative", "up", "file", "chain40", "../../etc/passwd", "/../etc/passwd",
        "dir/sub/../../etc/passwd", "directory/../../etc/passwd", "directory/../../../../etc/passwd", "self/self/etc/passwd",
    ], [false, true])
    func opensInside(_ path: String, _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        #expect(try image.tree(withoutOpenat2: withoutOpenat2).open(path, .readOnly).readText() == "inside")
    }

    @Test(arguments: [
        ("missing", Errno.noSuchFileOrDirectory), ("dangling", .noSuchFileOrDirectory), ("escape/secret", .noSuchFileOrDirectory),
        ("../outside/secret", .noSuchFileOrDirectory), ("accent/secret", .noSuchFileOrDirectory),
        ("../\u{301}outside/secret", .noSuchFileOrDirectory), ("dir/../../\u{301}outside/secret", .noSuchFileOrDirectory),
        ("loop", .tooManySymbolicLinkLevels), ("chain41", .tooManySymbolicLinkLevels), ("etc/passwd/x", .notDirectory),
        ("etc/passwd/..", .notDirectory), ("file/../etc/passwd", .notDirectory),
    ], [false, true])
    func refuses(_ row: (path: String, errno: Errno), _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let error = #expect(throws: KernelError.self) { _ = try image.tree(withoutOpenat2: withoutOpenat2).open(row.path, .readOnly) }
        #expect(error?.errno == row.errno)
    }

    @Test(arguments: ["", "/", ".", "..", "dir/..", "self"], [false, true])
    func isItsOwnParent(_ path: String, _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let opened = try image.tree(withoutOpenat2: withoutOpenat2).open(path, [.path, .directory])
        #expect(try opened.status().inode == image.root.status().inode)
    }

    @Test(arguments: [false, true])
    func doesNotFollowTheLastLinkWhereAsked(_ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let tree = image.tree(withoutOpenat2: withoutOpenat2)
        #expect(try tree.open("absolute", [.path, .noFollow]).status().isSymbolicLink)
        let error = #expect(throws: KernelError.self) { _ = try tree.open("absolute", [.readOnly, .noFollow]) }
        #expect(error?.errno == .tooManySymbolicLinkLevels)
    }

    @Test(arguments: ["/proc/self/exe", "/proc/self/root/etc", "/proc/self/cwd"], [false, true])
    func followsNoMagicLink(_ path: String, _ withoutOpenat2: Bool) throws {
        var tree = RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open("/", [.path, .directory])))
        tree.withoutOpenat2 = withoutOpenat2
        let error = #expect(throws: KernelError.self) { _ = try tree.open(path, .path) }
        #expect(error?.errno == .tooManySymbolicLinkLevels)
    }

    @Test(arguments: [
        ("a/b/c", "a/b/c"), ("/dir/new", "dir/new"), ("directory/new/er", "dir/sub/new/er"), ("../x", "x"), ("dir/sub", "dir/sub"),
        ("../\u{301}new", "\u{301}new"), ("dir/../\u{301}new/x", "\u{301}new/x"), ("./y/.", "y"),
        ("dangling", "nowhere/x"), ("dangling/y", "nowhere/x/y"), ("todangling/y", "nowhere/x/y"), ("escape", "outside"),
        ("escape/new", "outside/new"), ("accent/new", "\u{301}outside/new"), ("missing/../made", "made"), ("missing/../../../made", "made"),
    ], [false, true])
    func makesDirectoriesInside(_ row: (path: String, made: String), _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let made = try image.tree(withoutOpenat2: withoutOpenat2).makeDirectories(row.path)
        let status = try image.directory.open("root/" + row.made).status()
        #expect(try made.status() == status)
        #expect(status.mode & 0o777 == 0o755 || row.made == "dir/sub")
        #expect(!image.directory.exists("outside/new") && !image.directory.exists("\u{301}outside/new") && !image.directory.exists("nowhere"))
    }

    @Test(arguments: [
        ("etc/passwd/x", Errno.notDirectory), ("loop", .tooManySymbolicLinkLevels), ("loop/x", .tooManySymbolicLinkLevels),
        ("danglingchain41", .tooManySymbolicLinkLevels),
    ], [false, true])
    func makesNothingWhereThePathIsInvalid(_ row: (path: String, errno: Errno), _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let tree = image.tree(withoutOpenat2: withoutOpenat2)
        let directoryError = #expect(throws: KernelError.self) { _ = try tree.makeDirectories(row.path) }
        #expect(directoryError?.errno == row.errno)
        let fileError = #expect(throws: KernelError.self) { _ = try tree.makeFile(row.path) }
        #expect(fileError?.errno == row.errno)
        #expect(!image.directory.exists("root/nowhere"))
    }

    @Test(arguments: [("new", "new"), ("a/b/file", "a/b/file"), ("directory/file", "dir/sub/file"), ("../\u{301}file", "\u{301}file"),
        ("dangling", "nowhere/x"), ("todangling", "nowhere/x"), ("dangling/file", "nowhere/x/file"), ("escape/new", "outside/new"),
        ("missing/../file", "file")], [false, true])
    func makesFilesInside(_ row: (path: String, made: String), _ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let made = try image.tree(withoutOpenat2: withoutOpenat2).makeFile(row.path)
        #expect(try made.status().isRegular)
        #expect(try made.status() == image.root.open(row.made, .path).status())
        for name in ["outside/new", "nowhere"] { #expect(!image.directory.exists(name)) }
    }

    @Test(arguments: [false, true])
    func aFileThatIsThereIsKept(_ withoutOpenat2: Bool) throws {
        let image = try HostileImage()
        let tree = image.tree(withoutOpenat2: withoutOpenat2)
        _ = try tree.makeFile("absolute")
        #expect(try tree.open("etc/passwd", .readOnly).readText() == "inside")
        #expect(try tree.makeFile("dir").status().isDirectory)
    }

    @Test(arguments: [("a/b/name", "a/b", "name"), ("name", "", "name"), ("../\u{301}name", "", "\u{301}name"), ("directory/name/", "dir/sub", "name")])
    func makesParents(_ path: String, _ parent: String, _ name: String) throws {
        let image = try HostileImage()
        let entry = try image.tree(withoutOpenat2: false).makeParent(of: path)
        #expect(try entry.directory.status() == image.directory.open("root/" + parent).status())
        #expect(entry.name == name)
    }

    @Test(arguments: ["/", "..", "a/.."])
    func whatHasNoNameHasNoParent(_ path: String) throws {
        let image = try HostileImage()
        #expect(throws: KernelError.self) { _ = try image.tree(withoutOpenat2: false).makeParent(of: path) }
    }
}
