import ArgumentParser
import UsernsRuntime

/// `kill ID [SIGNAL]`.
struct KillCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .kill, arguments: "<id> [<signal>]", abstract: "Sends a signal to the container's process.")

    @Flag(name: "--all -a", help: .hidden)
    var all = false

    @Argument(help: .containerID)
    var id: String

    @Argument(help: "The signal: a name, with or without SIG, or a number.")
    var signal = SignalName.term

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.kill(id: id, signal: signal.number, all: all)
        return 0
    }
}
