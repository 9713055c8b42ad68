import ArgumentParser
import UsernsRuntime

/// `events ID`.
struct EventsCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .events, arguments: "<id>", abstract: "Shows events and statistics of a container, as JSON lines.")

    @Option(name: "--interval", parsing: .unconditional, help: ArgumentHelp("Show statistics this often.", valueName: "duration"))
    var interval = "5s"

    @Flag(name: "--stats", help: .flag("Show the statistics once, then exit."))
    var stats = false

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.refuse("events")
        return 0
    }
}
