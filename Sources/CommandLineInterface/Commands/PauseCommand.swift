import ArgumentParser
import UsernsRuntime

/// `pause ID`.
struct PauseCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .pause, arguments: "<id>", abstract: "Freezes the processes of a container.")

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.pause(id: id)
        return 0
    }
}
