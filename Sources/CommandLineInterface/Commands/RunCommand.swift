import ArgumentParser
import UsernsRuntime

/// `run ID`.
struct RunCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("run", abstract: "Creates a container, runs its process, and deletes it.")

    @OptionGroup var create: CreateCommand

    @Flag(name: .shortAndLong, help: .detach)
    var detach = false

    @Flag(help: .flag("Keep the container after its process has ended."))
    var keep = false

    @Flag(help: .noSubreaper)
    var noSubreaper = false

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.run(RunRequest(create: create.request, detach: detach, keep: keep, noSubreaper: noSubreaper))
    }
}
