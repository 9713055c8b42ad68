import ArgumentParser
import UsernsRuntime

/// `spec`.
struct SpecCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(.spec, abstract: "Writes a config.json to begin with.")

    @Option(name: "--bundle -b", parsing: .unconditional, help: .bundle)
    var bundle: String?

    @Flag(name: "--rootless", help: .flag("For a person without privileges: a user namespace, with the own id as root."))
    var rootless = false

    @Flag(name: "--subids", help: .flag("Map all of the own subordinate ids too."))
    var subids = false

    var request: SpecRequest {
        SpecRequest(bundle: bundle ?? ".", rootless: rootless, subids: subids)
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try runtime.spec(request)
        return 0
    }
}
