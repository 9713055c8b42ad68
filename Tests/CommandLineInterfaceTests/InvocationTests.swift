import Testing
import UsernsRuntime

@testable import CommandLineInterface

/// argv → request.
@Suite struct InvocationTests {
    private func command<Command: RuntimeCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command { try command(type, arguments) }

    private func command<Command: RuntimeCommand>(_ type: Command.Type, _ arguments: [String]) throws -> Command {
        guard case .perform(let command) = try Invocation(arguments).action() else {
            throw RuntimeError("help, not a command")
        }
        return try #require(command as? Command)
    }

    @Test func globalDefaults() throws {
        let invocation = try Invocation(["list"])
        #expect(invocation.request.root == nil)
        #expect(invocation.request.rootless == .auto)
        #expect(!invocation.request.systemdCgroup)
        #expect(!invocation.request.strictLimits)
        #expect(invocation.logPath == nil)
        #expect(invocation.logFormat == .text)
        #expect(!invocation.debug)
    }

    @Test(arguments: [
        ["--debug", "--log", "/l", "--log-format", "json", "--root", "/r", "--systemd-cgroup", "--rootless", "true", "--strict-limits", "list"],
        ["--strict-limits", "--rootless=true", "--systemd-cgroup", "--root=/r", "--log-format=json", "--log=/l", "--debug", "list"],
    ])
    func globalOptions(_ arguments: [String]) throws {
        let invocation = try Invocation(arguments)
        #expect(invocation.request.root == "/r")
        #expect(invocation.request.rootless == .yes)
        #expect(invocation.request.systemdCgroup)
        #expect(invocation.request.strictLimits)
        #expect(invocation.logPath == "/l")
        #expect(invocation.logFormat == .json)
        #expect(invocation.debug)
        guard case .perform(let command) = try invocation.action() else { throw RuntimeError("help, not a command") }
        #expect(command is ListCommand)
    }

    /// As Go's programs take them, and their callers write them.
    @Test(arguments: [
        ["-debug", "-log=/l", "-log-format", "json", "--root", "/r", "-systemd-cgroup=true", "-rootless=true", "--strict-limits=T", "list"],
        ["--strict-limits", "-rootless", "true", "--systemd-cgroup=1", "-root=/r", "--log-format=json", "-log", "/l", "--debug=false", "--debug=t", "-criu", "/c", "list"],
    ])
    func globalOptionsOfGo(_ arguments: [String]) throws { try globalOptions(arguments) }

    @Test func flagsThatAreFalse() throws {
        let invocation = try Invocation(["--debug", "--systemd-cgroup=false", "--log=", "--debug=0", "--strict-limits=F", "list"])
        #expect(!invocation.debug && !invocation.request.systemdCgroup && !invocation.request.strictLimits && invocation.logPath == nil)
        let run = try command(RunCommand.self, "run", "--keep", "-d", "--detach=false", "--pid-file", "--keep", "-keep=FALSE", "c1").request
        #expect(!run.detach && !run.keep && run.create.pidFile == "--keep")
    }

    /// Where a command has arguments of its own alone, options may come after them.
    @Test(arguments: [
        ["-detach", "-bundle", "/b", "-pid-file=/p", "c1"], ["--d=true", "--b", "/b", "--pid-file", "/p", "c1"], ["-b=/b", "c1", "-pid-file", "/p", "-detach"],
        ["-bundle=/b", "--console-socket=", "-pid-file=", "-pid-file=/p", "--keep=false", "-detach", "--", "c1"],
    ])
    func optionsOfGo(_ arguments: [String]) throws {
        let request = try command(RunCommand.self, ["run"] + arguments).request
        #expect(request.create.id == "c1" && request.create.bundle == "/b" && request.create.pidFile == "/p" && request.create.consoleSocket == nil)
        #expect(request.detach && !request.keep)
    }

    @Test func emptyValuesAreTheDefaults() throws {
        let exec = try command(ExecCommand.self, "exec", "--console-socket=", "--user=", "-cwd=", "-u=", "--pid-file=", "--apparmor=", "c1", "sh", "--cwd=").request
        #expect(exec.consoleSocket == nil && exec.user == nil && exec.cwd == nil && exec.pidFile == nil && exec.apparmor == nil)
        #expect(exec.id == "c1" && exec.arguments == ["sh", "--cwd="])
        #expect(try command(CheckpointCommand.self, "checkpoint", "-image-path=", "c1").options.imagePath == "./checkpoint")
        #expect(try command(KillCommand.self, "kill", "-all", "c1").all)
    }

    @Test func createDefaults() throws {
        let request = try command(CreateCommand.self, "create", "c1").request
        #expect(request.id == "c1")
        #expect(request.bundle == ".")
        #expect(request.consoleSocket == nil)
        #expect(request.pidfdSocket == nil)
        #expect(request.pidFile == nil)
        #expect(!request.noPivot)
        #expect(!request.noNewKeyring)
        #expect(request.preserveFDs == 0)
    }

    @Test func createOptions() throws {
        let request = try command(
            CreateCommand.self, "--debug", "create", "-b", "/b", "--console-socket=/c", "--pidfd-socket", "/p", "--pid-file", "-f",
            "--no-pivot", "--no-new-keyring", "--preserve-fds=3", "c1"
        ).request
        #expect(request.id == "c1")
        #expect(request.bundle == "/b")
        #expect(request.consoleSocket == "/c")
        #expect(request.pidfdSocket == "/p")
        #expect(request.pidFile == "-f")
        #expect(request.noPivot)
        #expect(request.noNewKeyring)
        #expect(request.preserveFDs == 3)
    }

    @Test func runOptions() throws {
        let plain = try command(RunCommand.self, "run", "c1").request
        #expect(plain.create.id == "c1")
        #expect(!plain.detach && !plain.keep && !plain.noSubreaper)
        let all = try command(RunCommand.self, "run", "-d", "--keep", "--no-subreaper", "--bundle=/b", "c1").request
        #expect(all.detach && all.keep && all.noSubreaper)
        #expect(all.create.bundle == "/b")
    }

    @Test func execDefaults() throws {
        let request = try command(ExecCommand.self, "exec", "c1", "true").request
        #expect(request.id == "c1")
        #expect(request.arguments == ["true"])
        #expect(request.consoleSocket == nil && request.pidfdSocket == nil && request.cwd == nil && request.user == nil)
        #expect(request.processFile == nil && request.pidFile == nil && request.processLabel == nil && request.apparmor == nil)
        #expect(request.environment.isEmpty && request.additionalGIDs.isEmpty && request.capabilities.isEmpty)
        #expect(!request.tty && !request.detach && !request.noNewPrivs && !request.ignorePaused)
        #expect(request.preserveFDs == 0)
    }

    @Test func execOptions() throws {
        let exec = try command(
            ExecCommand.self, "exec", "--console-socket", "/c", "--pidfd-socket=/q", "--cwd", "/w", "-e", "A=1", "--env", "-x=y",
            "--env=B=a=b", "-t", "-u", "1:2", "-g", "3", "--additional-gids=4", "-d", "--pid-file", "/f", "--process-label", "l",
            "--apparmor", "p", "--no-new-privs", "-c", "CAP_KILL", "--cap", "net_raw", "--preserve-fds", "2", "--cgroup", "cpu:/x",
            "--ignore-paused", "c1", "sh")
        let request = exec.request
        #expect(request.consoleSocket == "/c")
        #expect(request.pidfdSocket == "/q")
        #expect(request.cwd == "/w")
        #expect(request.environment == ["A=1", "-x=y", "B=a=b"])
        #expect(request.tty)
        #expect(request.user == "1:2")
        #expect(request.additionalGIDs == [3, 4])
        #expect(request.detach)
        #expect(request.pidFile == "/f")
        #expect(request.processLabel == "l")
        #expect(request.apparmor == "p")
        #expect(request.noNewPrivs)
        #expect(request.capabilities == ["CAP_KILL", "net_raw"])
        #expect(request.preserveFDs == 2)
        #expect(exec.cgroup == ["cpu:/x"])
        #expect(request.ignorePaused)
    }

    /// What follows the id is the process's, whatever it looks like.
    @Test(arguments: [
        ["sh", "-c", "echo"], ["--", "sh"], ["-x"], ["--help"], ["sh", "--help", "-h"], ["ls", "--", "-l"], ["--tty"], ["-t", "run"],
        ["sh", "--env", "X=1", "--root=", "--version"], ["exec", "list", ""], ["a", "-it", "--foo="], ["-detach", "--tty=false", "-cwd="],
    ])
    func passedThrough(_ arguments: [String]) throws {
        for options in [["-t"], ["-tty", "--cwd="]] {
            let request = try command(ExecCommand.self, ["exec"] + options + ["c1"] + arguments).request
            #expect(request.id == "c1")
            #expect(request.tty && request.cwd == nil)
            #expect(request.arguments == arguments)
        }
        guard case .perform(let ps) = try Invocation(["--debug", "ps", "-f", "json", "c1"] + arguments).action() else {
            throw RuntimeError("help, not a command")
        }
        #expect(try #require(ps as? PsCommand).psOptions == arguments)
    }

    @Test func execByFile() throws {
        let request = try command(ExecCommand.self, "exec", "-p", "/p.json", "c1").request
        #expect(request.processFile == "/p.json")
        #expect(request.arguments == [])
        #expect(try command(ExecCommand.self, "exec", "-p", "/p.json", "c1", "ignored").request.arguments == [])
    }

    @Test func optionsEndWhereToldTo() throws {
        #expect(try command(RunCommand.self, "run", "--keep", "--", "c1").id == "c1")
        #expect(try command(ExecCommand.self, "exec", "--", "c1", "sh", "-t").request.arguments == ["sh", "-t"])
    }

    @Test(arguments: [("TERM", 15), ("sigkill", 9), ("2", 2), ("SIGRTMIN+3", 37)] as [(String, Int32)])
    func killSignal(_ text: String, _ number: Int32) throws {
        #expect(try command(KillCommand.self, "kill", "c1", text).signal.number == number)
    }

    @Test func killDefaults() throws {
        let kill = try command(KillCommand.self, "kill", "c1")
        #expect(kill.id == "c1")
        #expect(kill.signal == .term)
        #expect(!kill.all)
        #expect(try command(KillCommand.self, "kill", "-a", "c1", "KILL").all)
    }

    /// `--rootless` is spec's own flag after its name, and a global option with a value before it.
    @Test func specRootless() throws {
        let invocation = try Invocation(["--rootless=false", "spec", "--rootless", "--subids", "-b", "/b"])
        #expect(invocation.request.rootless == .no)
        guard case .perform(let command) = try invocation.action() else { throw RuntimeError("help, not a command") }
        let request = try #require(command as? SpecCommand).request
        #expect(request.rootless && request.subids)
        #expect(request.bundle == "/b")
    }

    @Test func otherCommands() throws {
        #expect(try command(StartCommand.self, "start", "c1").id == "c1")
        #expect(try command(StateCommand.self, "state", "c1").id == "c1")
        #expect(try command(PauseCommand.self, "pause", "c1").id == "c1")
        #expect(try command(ResumeCommand.self, "resume", "c1").id == "c1")
        #expect(try command(DeleteCommand.self, "delete", "-f", "c1").force)
        #expect(try command(DeleteCommand.self, "delete", "c1", "--force").force)
        #expect(try command(ListCommand.self, "list", "-q", "-f", "json").format == .json)
        #expect(try command(EventsCommand.self, "events", "c1").interval == "5s")
        #expect(try command(EventsCommand.self, "events", "--interval", "1m", "--stats", "c1").stats)
        #expect(try command(UpdateCommand.self, "update", "--memory-swap", "-1", "c1").memorySwap == "-1")
        #expect(try command(UpdateCommand.self, "update", "--cpu-quota", "-1", "c1").cpuQuota == -1)
        #expect(try command(UpdateCommand.self, "update", "-r", "-", "c1").resources == "-")
        #expect(try command(CheckpointCommand.self, "checkpoint", "c1").options.imagePath == "./checkpoint")
        #expect(try command(RestoreCommand.self, "restore", "-d", "--manage-cgroups-mode", "soft", "c1").options.manageCgroupsMode == .soft)
        #expect(try command(FeaturesCommand.self, "features").passedThrough == [])
    }
}
