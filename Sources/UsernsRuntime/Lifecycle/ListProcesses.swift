import LinuxKernel

extension Runtime {
    /// The pids, in our PID namespace, of the processes in the container's cgroup.
    public func processes(id: String) throws(RuntimeError) -> [Int32] {
        let probe = try HostProbe()
        let cgroup = SavedCgroup(try open(id, probe).requireState())
        try require("ps", of: cgroup, probe)
        return try cgroup.processes()
    }

    /// What ps(1) prints of them, each line with its newline.
    ///
    /// - Parameter options: of ps; none means `-ef`.
    public func processTable(id: String, options: [String]) throws(RuntimeError) -> String {
        let pids = try processes(id: id)
        guard let path = HostProgram.find("ps", environment: EnvironmentVariable.all) else { throw RuntimeError("ps: not found in $PATH", hint: "install procps, or use --format json") }
        var spawn = Spawn(path, arguments: ["ps"] + (options.isEmpty ? ["-ef"] : options), environment: EnvironmentVariable.all)
        spawn.keptBytes = 64 << 20
        let outcome: Spawn.Outcome
        do throws(KernelError) { outcome = try spawn.run() } catch { throw RuntimeError("running \(path)", error) }
        guard outcome.succeeded else {
            throw RuntimeError("\(path) failed", cause: (outcome.errors + outcome.output).parts(at: "\n").joined(separator: "; "))
        }
        return try ProcessTable(outcome.output, of: pids).text
    }
}
