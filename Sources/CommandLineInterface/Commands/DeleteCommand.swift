import ArgumentParser
import UsernsRuntime

/// `delete ID`.
struct DeleteCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .delete, arguments: "<id>", abstract: "Deletes a container that is not running.")

    @Flag(name: "--force -f", help: .flag("Kill the container first, if it runs; that nothing is left is no error."))
    var force = false

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.delete(id: id, force: force)
        return 0
    }
}
