import ArgumentParser
import UsernsRuntime

/// `run ID`.
struct RunCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("run", abstract: "Creates a container, runs its process, and deletes it.")

    @OptionGroup var options: CreateOptions

    @OptionGroup var detaching: DetachOptions

    @Flag(help: .flag("Keep the container after its process has ended."))
    var keep = false

    @OptionGroup var container: ContainerArgument

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.run(
            RunRequest(
                create: options.request(id: container.id), detach: detaching.detach, keep: keep, noSubreaper: detaching.noSubreaper))
    }
}
