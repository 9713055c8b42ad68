import ArgumentParser
import UsernsRuntime

/// `run ID`.
struct RunCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .run, arguments: "<id>", abstract: "Creates a container, runs its process, and deletes it.")

    @OptionGroup var create: CreateCommand

    @Flag(name: "--detach -d", help: .detach)
    var detach = false

    @Flag(name: "--keep", help: .flag("Keep the container after its process has ended."))
    var keep = false

    @Flag(name: "--no-subreaper", help: .noSubreaper)
    var noSubreaper = false

    var request: RunRequest {
        RunRequest(create: create.request, detach: detach, keep: keep, noSubreaper: noSubreaper)
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.run(request)
    }
}
