import ArgumentParser
import UsernsRuntime

/// `state ID`.
struct StateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .state, arguments: "<id>", abstract: "Shows the state of a container, as JSON.")

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try StandardOutput.write(runtime.state(id: id) + "\n")
        return 0
    }
}
