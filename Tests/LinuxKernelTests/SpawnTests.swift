import Foundation
import LinuxKernel
import SystemPackage
import Testing

/// Programs of the machine, run to their end. No clone of ours: this process has threads.
@Suite struct SpawnTests {
    private func shell(_ script: String, input: String = "", timeoutMilliseconds: Int32? = 20_000) throws -> Spawn.Outcome {
        try Spawn(
            "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"], input: input, timeoutMilliseconds: timeoutMilliseconds
        ).run()
    }

    @Test(arguments: [
        ("exit 0", Termination.exited(0), "", ""), ("exit 7", .exited(7), "", ""), ("kill -9 $$", .signaled(9), "", ""),
        ("echo out; echo err >&2; exit 3", .exited(3), "out\n", "err\n"), ("cat", .exited(0), "", ""),
    ])
    func ends(_ script: String, _ termination: Termination, _ output: String, _ errors: String) throws {
        let outcome = try shell(script)
        #expect(outcome.termination == termination && !outcome.timedOut)
        #expect(outcome.output == output)
        #expect(outcome.errors == errors)
        #expect(outcome.succeeded == (termination == .exited(0)))
    }

    @Test func startsWhereItIsAskedTo() throws {
        var spawn = Spawn("/bin/sh", arguments: ["sh", "-c", "pwd -P"], environment: [])
        #expect(try spawn.run().output == FileManager.default.currentDirectoryPath + "\n")
        spawn.directory = SharedDescriptor(try FileDescriptor.currentDirectory.open("/proc/self", [.path, .directory]))
        #expect(try spawn.run().output == "/proc/\(getpid())\n")
    }

    @Test func inputLargerThanAPipeArrives() throws {
        #expect(try shell("wc -c", input: String(repeating: "x", count: 1 << 20)).output.trimmingCharacters(in: .whitespacesAndNewlines) == "1048576")
    }

    @Test func inputThatNobodyReadsIsNoError() throws {
        #expect(try shell("exec <&-; exit 4", input: String(repeating: "x", count: 1 << 20)).termination == .exited(4))
    }

    @Test func aProgramThatDoesNotEndIsKilled() throws {
        let outcome = try shell("echo begun; exec sleep 30", timeoutMilliseconds: 300)
        #expect(outcome.timedOut && !outcome.succeeded)
        #expect(outcome.termination == .signaled(9))
        #expect(outcome.output == "begun\n")
    }

    @Test func aProgramThatPrintsWithoutEndIsKilled() throws {
        let outcome = try shell("exec yes", timeoutMilliseconds: 300)
        #expect(outcome.timedOut)
        #expect(outcome.output.utf8.count == 64 << 10)
    }

    /// A stream that is ready each time it is asked for.
    @Test func severalThatPrintWithoutEndDoNotOutrunTheClock() throws {
        let begin = Date()
        let outcome = try shell("for i in 1 2 3 4; do yes & yes >&2 & done; wait", timeoutMilliseconds: 300)
        #expect(outcome.timedOut && outcome.termination == .signaled(9))
        #expect(Date().timeIntervalSince(begin) < 3)
    }

    @Test(arguments: ["sleep 8 & echo done", "yes & sleep 0.1; echo done >&2"])
    func aProcessLeftBehindDoesNotKeepUs(_ script: String) throws {
        let begin = Date()
        let outcome = try shell(script)
        #expect(outcome.succeeded)
        #expect(outcome.output.hasSuffix("done\n") || outcome.errors == "done\n")
        #expect(Date().timeIntervalSince(begin) < 6)
    }

    @Test func notMoreThanEnoughIsKept() throws {
        let outcome = try shell("head -c 200000 /dev/zero; head -c 300000 /dev/zero >&2")
        #expect(outcome.output.utf8.count == 64 << 10)
        #expect(outcome.errors.utf8.count == 64 << 10)
    }

    @Test func nothingButItsStandardDescriptorsAndEnvironmentIsInherited() throws {
        let pipe = try LinuxKernel.Pipe()
        #expect(fcntl(pipe.writeEnd.rawValue, F_SETFD, 0) == 0)
        let outcome = try Spawn("/bin/ls", arguments: ["ls", "/proc/self/fd"], environment: []).run()
        // 3 is the directory that ls reads.
        #expect(outcome.output == "0\n1\n2\n3\n")
        let environment = try Spawn("/usr/bin/env", arguments: ["env"], environment: ["A=1", "B=two words"]).run()
        #expect(environment.output == "A=1\nB=two words\n")
    }

    @Test func aMissingProgramIsAnError() {
        let error = #expect(throws: KernelError.self) { _ = try Spawn("/nowhere/program", arguments: ["program"], environment: []).run() }
        #expect(error == KernelError(.posix_spawn, .noSuchFileOrDirectory, "/nowhere/program"))
    }

    @Test(arguments: [(Termination.exited(0), Int32(0)), (.exited(255), 255), (.signaled(9), 137), (.signaled(15), 143)])
    func exitStatusIsThatOfAShell(_ termination: Termination, _ status: Int32) { #expect(termination.exitStatus == status) }
}
