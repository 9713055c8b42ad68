import ArgumentParser
import UsernsRuntime

/// `spec`.
struct SpecCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("spec", abstract: "Writes a config.json to begin with.")

    @Option(name: .shortAndLong, parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Flag(help: .flag("For a person without privileges: a user namespace, with the own id as root."))
    var rootless = false

    @Flag(help: .flag("Map all of the own subordinate ids too."))
    var subids = false

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.spec(SpecRequest(bundle: bundle ?? ".", rootless: rootless, subids: subids))
        return 0
    }
}
