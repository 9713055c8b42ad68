import Testing
import UsernsRuntime

@testable import CommandLineInterface

/// Help, versions, and what is wrong with a command line.
@Suite struct UsageTests {
    private func shown(_ arguments: [String]) throws -> String {
        guard case .show(let text) = try Invocation(arguments).action() else { throw RuntimeError("a command, not help") }
        return text
    }

    @Test(arguments: [[], ["--help"], ["-h"], ["help"], ["--help", "run"], ["--debug", "--help"]])
    func programHelp(_ arguments: [String]) throws {
        #expect(try shown(arguments) == RuncCommand.helpMessage() + "\n")
    }

    @Test(arguments: CommandName.allCases)
    func commandHelp(_ name: CommandName) throws {
        let expected = RuncCommand.helpMessage(for: name.command)
        #expect(expected.contains("USAGE: runc \(name.rawValue) [<options>]"))
        for arguments in [["help", name.rawValue], [name.rawValue, "--help"], [name.rawValue, "-h"], ["--debug", name.rawValue, "-h"]] {
            #expect(try shown(arguments) == expected)
        }
    }

    @Test(arguments: [["--version"], ["-v"], ["-version"], ["--debug", "-v", "list"]])
    func versions(_ arguments: [String]) throws {
        let lines = try shown(arguments).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3].isEmpty)
        #expect(lines[0].wholeMatch(of: /runc version \d+\.\d+\.\d+.*/) != nil)
        #expect(lines[1] == "spec: 1.3.0")
        #expect(lines[2].wholeMatch(of: /libseccomp: [1-9]\d*\.\d+\.\d+/) != nil)
    }

    /// Each names what is wrong, on one line, with the exit status 1.
    @Test(arguments: [
        (["frobnicate"], "Unknown command 'frobnicate' (hint: see runc --help)"),
        (["help", "frobnicate"], "Unknown command 'frobnicate' (hint: see runc --help)"),
        (["--frobnicate", "list"], "Unknown option '--frobnicate'"),
        (["-x", "list"], "Unknown option '-x'"),
        (["--root"], "Missing value for '--root <dir>'"),
        (["--root=", "list"], "The value '' is invalid for '--root <dir>'"),
        (["--rootless=", "list"], "The value '' is invalid for '--rootless <setting>'"),
        (["-frobnicate", "list"], "Unknown option '-frobnicate'"),
        (["---debug", "list"], "Invalid option: ---debug"),
        (["--log-format", "yaml", "list"], "The value 'yaml' is invalid for '--log-format <format>'"),
        (["--rootless", "maybe", "list"], "The value 'maybe' is invalid for '--rootless <setting>'"),
        (["--debug=yes", "list"], "The option '--debug' does not take any value, but 'yes' was specified."),
        (["--debug=", "list"], "The value of '--debug' is empty"),
        (["run"], "Missing expected argument '<id>' (hint: see runc run --help)"),
        (["run", "c1", "c2"], "Unexpected argument 'c2' (hint: see runc run --help)"),
        (["list", "c1"], "Unexpected argument 'c1'"),
        (["kill", "c1", "TERM", "KILL"], "Unexpected argument 'KILL'"),
        (["run", "--frobnicate", "c1"], "Unknown option '--frobnicate' (hint: see runc run --help)"),
        (["run", "--debug", "c1"], "Unknown option '--debug'"),
        (["run", "c1", "--frobnicate"], "Unknown option '--frobnicate'"),
        (["exec", "--frobnicate", "c1", "sh"], "Unknown option '--frobnicate' (hint: see runc exec --help)"),
        (["exec", "-x", "c1", "sh"], "Unknown option '-x'"),
        (["exec", "-tx", "c1", "sh"], "Unknown option '-x'"),
        (["exec", "--tty", "--root", "/r", "c1", "sh"], "Unknown option '--root'"),
        (["ps", "--frobnicate", "c1", "-ef"], "Unknown option '--frobnicate'"),
        (["exec", "c1"], "Missing expected argument '<command>', or '--process <file>'"),
        (["exec"], "Missing expected argument '<id>'"),
        (["exec", "-g", "users", "c1", "sh"], "The value 'users' is invalid for '-g <gid>'"),
        (["run", "--bundle"], "Missing value for '--bundle <dir>'"),
        (["run", "--preserve-fds=", "c1"], "The value '' is invalid for '--preserve-fds <n>'"),
        (["run", "-detach=maybe", "c1"], "The option '--detach' does not take any value"),
        (["run", "-bundle"], "Missing value for '--bundle <dir>'"),
        (["exec", "-additional-gids=", "c1", "sh"], "The value '' is invalid for '--additional-gids <gid>'"),
        (["exec", "--process=", "c1"], "Missing expected argument '<command>', or '--process <file>'"),
        (["update", "--pids-limit=", "c1"], "The value '' is invalid for '--pids-limit <n>'"),
        (["run", "--preserve-fds", "-1", "c1"], "The value '-1' is invalid for '--preserve-fds <n>'"),
        (["kill", "c1", "FOO"], "The value 'FOO' is invalid for '<signal>'"),
        (["list", "-f", "yaml"], "The value 'yaml' is invalid for '-f <format>'"),
        (["checkpoint", "--empty-ns", "pid", "c1"], "The value 'pid' is invalid for '--empty-ns <namespace>'"),
        (["update", "--cpu-period", "-1", "c1"], "The value '-1' is invalid for '--cpu-period <microseconds>'"),
    ])
    func usageErrors(_ arguments: [String], _ expected: String) {
        let error = #expect(throws: RuntimeError.self) { try Invocation(arguments).action() }
        #expect(error?.line.hasPrefix(expected) == true, "\(error?.line ?? "no error")")
        #expect(error?.line.contains("\n") == false)
        #expect(error?.hint?.wholeMatch(of: /see runc( [a-z]+)? --help/) != nil)
        #expect(error?.code == 1)
    }
}
