import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// A program that calls the library itself has the same containers as one that starts a command for each step.
    @Suite(.needs(.guest), .serialized) struct InProcessTests {
        @Test func oneObjectGivesTheAnswersOfSeparateCommands() throws {
            guard let program = ProcessInfo.processInfo.environment["RUNC_TEST_IN_PROCESS"] else { throw HarnessError("RUNC_TEST_IN_PROCESS is not set") }
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setShell("while :; do sleep 0.1; done") }
                let result = try bundle.command([program, bundle.stateRoot, bundle.directory, "\(bundle.directory)/image", bundle.id, "\(bundle.directory)/answers"]).run()
                try #require(result.succeeded, "\(result)")
                let lines = try bundle.read("\(bundle.directory)/answers").split(separator: "\n").map(String.init)
                #expect(lines.count == 20, "\(lines)")
                for (step, answer) in zip(lines.enumerated().filter { $0.offset % 2 == 0 }, lines.enumerated().filter { $0.offset % 2 == 1 }) {
                    #expect(try bundle.answer(after: step.element) == bundle.comparable(answer.element), "\(step.element)")
                }
            }
        }
    }
}

extension Bundle {
    /// The same step by a command of its own, and what `state` says then.
    fileprivate func answer(after step: String) throws -> JSONValue {
        let images = step.hasPrefix("checkpoint") || step == "restore" ? ["--image-path", "\(directory)/image"] : []
        let arguments = step.split(separator: " ").map(String.init) + images + (step == "restore" ? ["--detach"] : [])
        let result = try runtimeCommand(arguments + [id]).run()
        try #require(result.succeeded, "\(step): \(result)")
        let state = try runc("state", id)
        return try comparable(state.succeeded ? state.stdout : state.stderr)
    }

    /// Without what differs between any two containers.
    fileprivate func comparable(_ answer: String) throws -> JSONValue {
        guard answer.hasPrefix("{") else {
            try #require(answer.contains("container does not exist: \(id)"), "\(answer)")
            return "gone"
        }
        var state = try JSONValue(parsing: answer)
        #expect(state["pid"]?.integer != nil && state["created"]?.string != nil, "\(answer)")
        state["pid"] = nil
        state["created"] = nil
        return state
    }
}
