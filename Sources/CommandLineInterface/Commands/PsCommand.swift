import ArgumentParser
import UsernsRuntime

/// `ps ID [ps options]`.
struct PsCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .ps, arguments: "<id> [<ps options> ...]", abstract: "Shows the processes of a container.")

    @Option(name: "--format -f", parsing: .unconditional, help: .listFormat)
    var format = ListFormat.table

    @Argument(help: .containerID)
    var id: String

    @Argument(parsing: .captureForPassthrough, help: "Options for ps(1).")
    var psOptions: [String] = []

    static let passesThrough = true
    var passedThrough: [String] { psOptions }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        switch format {
        case .json: try StandardOutput.write("[\(try runtime.processes(id: id).map { "\($0)" }.joined(separator: ","))]\n")
        case .table: try StandardOutput.write(try runtime.processTable(id: id, options: psOptions))
        }
        return 0
    }
}
