// Only this file knows that there are other platforms than Linux: everything beneath it needs Linux.
#if os(Linux) && !RUNC_UNSUPPORTED_PLATFORM

import CommandLineInterface
import Glibc

exit(CommandLineProgram.main(CommandLine.arguments))

#else

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#endif

let command = CommandLine.arguments.dropFirst().joined(separator: " ")
fputs("runc: \(command): this platform is not supported: containers need Linux\n", stderr)
exit(1)

#endif
