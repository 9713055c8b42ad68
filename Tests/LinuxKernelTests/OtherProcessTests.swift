import Foundation
import LinuxKernel
import SystemPackage
import Testing

@Suite struct OtherProcessTests {
    private static func ticksSinceBoot() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let ticksPerSecond = UInt64(sysconf(Int32(_SC_CLK_TCK)))
        return UInt64(time.tv_sec) * ticksPerSecond + UInt64(time.tv_nsec) * ticksPerSecond / 1_000_000_000
    }

    /// U+0600 joins the parenthesis that follows it to one Character of Swift.
    @Test(arguments: ["sleep", "a b", "a) S 1 2 3", "(((", "))) )", "x\u{600}", ") R 0\u{600}", "new\nline", "\u{301}", ")"])
    func startTimeIsFoundBehindAnyName(_ name: String) throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: directory.path + "/" + name)
        let sleeper = Process()
        sleeper.executableURL = URL(fileURLWithPath: directory.path + "/" + name)
        sleeper.arguments = ["60"]
        let before = Self.ticksSinceBoot()
        try sleeper.run()
        defer {
            // Not SIGTERM: the threads that tests run on block it, and so do their children.
            #expect(kill(sleeper.processIdentifier, SIGKILL) == 0)
            sleeper.waitUntilExit()
        }
        let after = Self.ticksSinceBoot()
        let start = try #require(try OtherProcess.startTime(pid: sleeper.processIdentifier, ProcessFileSystem()))
        #expect(start >= before && start <= after + 1)
    }

    @Test func anExecveIsSeen() throws {
        let shell = Process(), output = Foundation.Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "(while :; do sleep 1; done) > /dev/null & echo $!; wait"]
        shell.standardOutput = output
        try shell.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let subshell = try #require(Int32(line.dropLast()))
        defer {
            for pid in [subshell, shell.processIdentifier] { kill(pid, SIGKILL) }
            shell.waitUntilExit()
        }
        let procfs = try ProcessFileSystem()
        #expect(try OtherProcess.hasExecuted(pid: shell.processIdentifier, procfs))
        #expect(try !OtherProcess.hasExecuted(pid: subshell, procfs))
    }

    @Test func whoIsGoneHasNoStartTime() throws {
        #expect(try OtherProcess.startTime(pid: Int32.max, ProcessFileSystem()) == nil)
    }

    @Test func aZombieHasNoStartTime() throws {
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, "/bin/true", nil, nil, [strdup("true"), nil], nil) == 0)
        var info = siginfo_t()
        try #require(waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == 0)
        #expect(try OtherProcess.startTime(pid: pid, ProcessFileSystem()) == nil)
        try #require(waitpid(pid, nil, 0) == pid)
    }
}

@Suite struct ProcessFileSystemTests {
    @Test(arguments: [false, true])
    func readsWhatIsBelow(_ withoutOpenat2: Bool) throws {
        let procfs = try ProcessFileSystem(withoutOpenat2: withoutOpenat2)
        #expect(try procfs.read("self/status").hasPrefix("Name:"))
        #expect(try procfs.read("sys/kernel/ostype") == "Linux\n")
    }

    @Test(arguments: [
        ("self/exe", Errno.tooManySymbolicLinkLevels), ("self/root/etc/passwd", .tooManySymbolicLinkLevels), ("self/fd/0", .tooManySymbolicLinkLevels),
        ("../etc/passwd", Errno(rawValue: EXDEV)), ("/etc/passwd", Errno(rawValue: EXDEV)), ("self/nothing", .noSuchFileOrDirectory),
        ("sys/kernel/ostype/x", .notDirectory),
    ], [false, true])
    func refuses(_ row: (path: String, errno: Errno), _ withoutOpenat2: Bool) throws {
        let procfs = try ProcessFileSystem(withoutOpenat2: withoutOpenat2)
        let error = #expect(throws: KernelError.self) { _ = try procfs.open(row.path, .readOnly) }
        #expect(error?.errno == row.errno)
    }

    @Test func whatIsNoProcfsIsNotTaken() throws {
        for path in ["/", "/proc/self", "/proc/sys"] {
            let error = #expect(throws: KernelError.self) { _ = try ProcessFileSystem(path) }
            #expect(error?.errno == .notDirectory || error?.errno == .tooManySymbolicLinkLevels, "\(path)")
        }
    }

    @Test(arguments: [false, true])
    func writes(_ withoutOpenat2: Bool) throws {
        let procfs = try ProcessFileSystem(withoutOpenat2: withoutOpenat2)
        let own = try procfs.read("self/oom_score_adj")
        try procfs.write("self/oom_score_adj", own)
        let error = #expect(throws: KernelError.self) { try procfs.write("self/oom_score_adj", "nonsense") }
        #expect(error == KernelError(.write, .invalidArgument, "/proc/self/oom_score_adj"))
    }

    @Test(arguments: [false, true])
    func reopensWithOtherFlags(_ withoutOpenat2: Bool) throws {
        let directory = try TemporaryDirectory()
        try directory.write("text", "file")
        let path = try FileDescriptor.currentDirectory.open(directory.path + "/file", .path)
        #expect(try ProcessFileSystem(withoutOpenat2: withoutOpenat2).reopen(path, .readOnly).readText() == "text")
    }

    @Test(arguments: NamespaceKind.allCases, [false, true])
    func namespacesHaveTheirNumber(_ kind: NamespaceKind, _ withoutOpenat2: Bool) throws {
        var status = stat()
        try #require(stat("/proc/self/ns/\(kind.procName)", &status) == 0)
        #expect(try ProcessFileSystem(withoutOpenat2: withoutOpenat2).namespaceInode("self", kind) == UInt64(status.st_ino))
    }
}
