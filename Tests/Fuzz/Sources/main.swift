// fuzz TARGET [libFuzzer's options] [corpus…]: feeds a reader of untrusted text with what libFuzzer thinks of. A crash is a
// defect; an error that is thrown is an answer.
import CLibFuzzer
import Glibc

/// Of the program's first argument. libFuzzer's function has no argument of ours.
enum Chosen {
    static let target: FuzzTarget = {
        if let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init) { return target }
        print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
        exit(CommandLine.arguments.count > 1 ? 2 : 0)
    }()
}

_ = Chosen.target
var count = CommandLine.argc - 1
// libFuzzer takes the name of the target for the program's.
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    Chosen.target.read(UnsafeBufferPointer(start: data, count: size))
    return 0
})
