import Foundation
import Testing

@testable import CheckpointRestore

/// Programs that are no good CRIU: each answers over its descriptor 3 with what its script writes there.
struct CRIUWorkerTests {
    /// Reads the request, so that it is not lost, and answers.
    private static func fake(_ script: String, _ body: (CRIU) throws -> Void) throws {
        var template = Array("/tmp/fake-criu-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CRIUError("mkdtemp") }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            unlink("\(directory)/criu")
            rmdir(directory)
        }
        guard let file = fopen("\(directory)/criu", "w") else { throw CRIUError("fopen") }
        fputs("#!/bin/sh\n\(script)\n", file)
        fclose(file)
        chmod("\(directory)/criu", 0o755)
        try body(CRIU(path: "\(directory)/criu", environment: ["PATH=/usr/bin:/bin"]))
    }

    /// A child of its that still has the socket is no CRIU, and does not go on.
    @Test func itsChildrenEndWithIt() throws {
        try Self.fake("sleep 1000 & echo $! >$0.child; exit 5") { criu in
            let error = #expect(throws: CRIUError.self) { _ = try criu.version() }
            #expect(error?.cause?.contains("exit status 5") == true, "\(String(describing: error))")
            let pid = try #require(Int32(String(contentsOfFile: criu.path + ".child", encoding: .utf8).dropLast()))
            unlink(criu.path + ".child")
            #expect(kill(pid, 0) != 0)
        }
    }

    /// An earlier run's log is none of this one's; without one, what it answers counts.
    @Test func theLogIsThisRuns() throws {
        // type DUMP, success false, cr_errmsg "why"
        try Self.fake(Self.readRequest + "printf '\\010\\001\\020\\000\\112\\003why' >&3") { criu in
            let log = CRIULog(path: criu.path + ".log")
            try "Error (criu/x.c:1): long ago\n".write(toFile: log.path, atomically: false, encoding: .utf8)
            let worker = try CRIUWorker(criu.path, environment: criu.environment, streams: .own)
            let error = #expect(throws: CRIUError.self) { _ = try worker.perform(CRIURequest(.dump), log: log) }
            #expect(error?.cause == "it failed: why", "\(String(describing: error))")
        }
    }

    private static let readRequest = "dd bs=65536 count=1 <&3 >/dev/null 2>&1; "

    @Test(arguments: [
        ("exit 3", "exit status 3"),
        ("kill -KILL $$", "killed by signal 9"),
        (readRequest + "exit 1", "exit status 1"),
        (readRequest + "echo 'Error (criu/vdso.c:381): vdso: odd' >&2; exit 1", "Error (criu/vdso.c:381): vdso: odd"),
        (readRequest + "echo garbage >&3; sleep 100", "not understood"),
        // A whole message, of a dump.
        (readRequest + "printf '\\010\\001\\020\\001' >&3; sleep 100", "another question"),
        // A notification, after which it dies.
        (readRequest + "printf '\\010\\006\\020\\001\\052\\003\\012\\001x' >&3; exit 4", "exit status 4"),
        // type VERSION, success false, cr_errno 1
        (readRequest + "printf '\\010\\012\\020\\000\\070\\001' >&3", "operation not permitted"),
    ])
    func whatFailsIsTold(_ script: String, _ cause: String) throws {
        try Self.fake(script) { criu in
            let error = #expect(throws: CRIUError.self) { _ = try criu.version() }
            #expect(error?.message.hasPrefix("CRIU could not tell its version") == true)
            #expect(error?.cause?.contains(cause) == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("\\003\\020\\021", CRIUVersion(major: 3, minor: 17), true), ("\\003\\020\\016", CRIUVersion(major: 3, minor: 14), false),
        ("\\002\\020\\143", CRIUVersion(major: 2, minor: 99), false), ("\\004\\020\\000", CRIUVersion(major: 4, minor: 0), true),
    ])
    func anOldOneIsRefused(_ numbers: String, _ version: CRIUVersion, _ isNewEnough: Bool) throws {
        try Self.fake(Self.readRequest + "printf '\\010\\012\\020\\001\\122\\004\\010\(numbers)' >&3") { criu in
            #expect(try criu.version() == version)
            if isNewEnough {
                try criu.requireVersion()
                return
            }
            let error = #expect(throws: CRIUError.self) { try criu.requireVersion() }
            #expect(error?.message.contains("too old") == true && error?.hint?.contains("3.15") == true)
        }
    }

    /// features { mem_track: true }
    @Test func aMissingFeatureIsTold() throws {
        try Self.fake(Self.readRequest + "printf '\\010\\011\\020\\001\\102\\002\\010\\001' >&3") { criu in
            try criu.require(.memoryTracking)
            #expect(throws: CRIUError.self) { try criu.require(.lazyPages) }
        }
    }

    @Test func aMissingProgramIsTold() {
        let error = #expect(throws: CRIUError.self) { _ = try CRIU(path: "/nonexistent/criu", environment: []).version() }
        #expect(error?.message == "starting /nonexistent/criu")
    }
}
