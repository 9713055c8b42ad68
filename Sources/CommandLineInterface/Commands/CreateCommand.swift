import ArgumentParser
import UsernsRuntime

/// `create ID`.
struct CreateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("create", abstract: "Creates a container; start runs its process.")

    @OptionGroup var options: CreateOptions

    @OptionGroup var container: ContainerArgument

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.create(options.request(id: container.id))
        return 0
    }
}
