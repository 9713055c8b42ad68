import ArgumentParser
import UsernsRuntime

/// `list`.
struct ListCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(.list, abstract: "Lists the containers.")

    @Option(name: "--format -f", parsing: .unconditional, help: .listFormat)
    var format = ListFormat.table

    @Flag(name: "--quiet -q", help: .flag("Show the ids only."))
    var quiet = false

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try StandardOutput.write(text(of: runtime))
        return 0
    }

    private func text(of runtime: borrowing Runtime) throws(RuntimeError) -> String {
        if quiet { return try runtime.list().map { $0.id + "\n" }.joined() }
        return switch format {
        case .json: try runtime.listJSON() + "\n"
        case .table: ContainerTable.rendered(try runtime.list())
        }
    }
}
