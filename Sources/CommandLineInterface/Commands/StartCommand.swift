import ArgumentParser
import UsernsRuntime

/// `start ID`.
struct StartCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .start, arguments: "<id>", abstract: "Runs the process of a created container.")

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.start(id: id)
        return 0
    }
}
