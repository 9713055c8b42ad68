import ArgumentParser
import UsernsRuntime

/// `features`.
struct FeaturesCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(.features, abstract: "Shows what this runtime can do, as JSON.")


    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        try StandardOutput.write(runtime.features() + "\n")
        return 0
    }
}
