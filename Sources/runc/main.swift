// Only this file knows that there are other platforms than Linux: everything beneath it needs Linux.
#if os(Linux) && !RUNC_UNSUPPORTED_PLATFORM

import CProtectedStart
import CommandLineInterface
import Glibc

cps_restore_environment()
exit(CommandLineProgram.main(CommandLine.arguments))

#else

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

let arguments = CommandLine.arguments.dropFirst().map { " " + $0 }.joined()
let message = "runc\(arguments): not supported on this platform: containers need Linux\n"
// Nothing is left to say where the standard error is closed.
_ = write(STDERR_FILENO, message, message.utf8.count)
exit(1)

#endif
