import ArgumentParser
import UsernsRuntime

/// The program: argv in, exit status out.
public enum CommandLineProgram {
    /// - Parameter arguments: the program's name first, as main has them.
    /// - Returns: the exit status: the container's process's for run and exec, 0, or the error's.
    public static func main(_ arguments: [String]) -> Int32 {
        do throws(RuntimeError) {
            // First of all: what it costs to read the request would be paid twice.
            if CommandName.mayStartProcess(arguments) { try ExecutableProtection.protectAsRoot() }
            return try perform(Invocation(Array(arguments.dropFirst())))
        } catch {
            // Without the global options there is no log: they are where its place and form are given.
            ProgramLog.showPlainly(error)
            return error.code
        }
    }

    private static func perform(_ invocation: Invocation) throws(RuntimeError) -> Int32 {
        let log = try ProgramLog(path: invocation.logPath, format: invocation.logFormat, debug: invocation.debug)
        do throws(RuntimeError) {
            switch try invocation.action() {
            case .show(let text):
                try StandardOutput.write(text)
                return 0
            case .perform(let command):
                let runtime = Runtime(invocation.request, log: log.runtimeLog)
                return try command.perform(with: runtime, log: log.runtimeLog)
            }
        } catch {
            log.fatal(error)
            return error.code
        }
    }
}
