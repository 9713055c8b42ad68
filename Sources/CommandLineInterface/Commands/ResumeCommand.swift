import ArgumentParser
import UsernsRuntime

/// `resume ID`.
struct ResumeCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .resume, arguments: "<id>", abstract: "Lets the processes of a paused container go on.")

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.resume(id: id)
        return 0
    }
}
