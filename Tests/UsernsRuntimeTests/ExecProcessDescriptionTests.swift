import Foundation
import RuntimeSpec
import Testing

@testable import UsernsRuntime

/// What a process.json says counts; what it does not say of confinement, limits and scheduling is the container's own.
@Suite struct ExecProcessDescriptionTests {
    private static let container = """
        {"args": ["init"], "cwd": "/home", "env": ["A=1"], "capabilities": {"bounding": ["CAP_KILL"]}, "oomScoreAdj": 123,
         "apparmorProfile": "confined", "selinuxLabel": "a:b:c", "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 7, "hard": 8}],
         "scheduler": {"policy": "SCHED_BATCH"}, "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 3},
         "execCPUAffinity": {"initial": "0"}, "noNewPrivileges": true}
        """

    private func process(_ text: String) throws -> RuntimeSpec.Process {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
        try text.write(to: file, atomically: false, encoding: .utf8)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        var request = ExecRequest(id: "c", arguments: [])
        request.processFile = file.path
        return try ExecProcessDescription(request, container: try RuntimeSpec.Process.decode(Array(Self.container.utf8))).process
    }

    /// runc gives noNewPrivileges, the environment and the user only where the file does.
    @Test(arguments: [#"{"args": ["a"], "cwd": "/"}"#, #"{"args": ["a"], "cwd": "/", "apparmorProfile": "", "selinuxLabel": "", "rlimits": []}"#])
    func whatAFileDoesNotSayIsTheContainersOwn(_ text: String) throws {
        let container = try RuntimeSpec.Process.decode(Array(Self.container.utf8))
        var expected = RuntimeSpec.Process()
        (expected.args, expected.cwd) = (["a"], "/")
        expected.capabilities = container.capabilities
        expected.oomScoreAdj = 123
        expected.apparmorProfile = "confined"
        expected.selinuxLabel = "a:b:c"
        expected.rlimits = container.rlimits
        expected.scheduler = container.scheduler
        expected.ioPriority = container.ioPriority
        expected.execCPUAffinity = container.execCPUAffinity
        #expect(expected.scheduler != nil && expected.ioPriority != nil && expected.execCPUAffinity != nil && expected.rlimits.count == 1)
        #expect(try process(text) == expected)
    }

    @Test func whatAFileSaysCounts() throws {
        let text = """
            {"args": ["a"], "cwd": "/", "capabilities": {}, "oomScoreAdj": 0, "apparmorProfile": "other", "selinuxLabel": "d:e:f",
             "rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": 1}], "scheduler": {"policy": "SCHED_OTHER"},
             "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 0}, "execCPUAffinity": {"final": "1"}}
            """
        #expect(try process(text) == RuntimeSpec.Process.decode(Array(text.utf8)))
    }
}
