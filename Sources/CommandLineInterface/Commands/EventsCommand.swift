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

    func validate() throws {
        guard DurationText.milliseconds(interval) != nil else {
            throw ValidationError("The value '\(interval)' is invalid for '--interval <duration>': it must be longer than nothing, such as 5s or 1m30s")
        }
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        let request = EventsRequest(id: id, intervalMilliseconds: DurationText.milliseconds(interval) ?? 0, onlyOnce: stats)
        try runtime.events(request) { (line) throws(RuntimeError) in try StandardOutput.write(line + "\n") }
        return 0
    }
}
