import LinuxKernel
import SystemPackage

/// The rules of the packet filter with which CRIU holds up the packets of a network namespace while it saves what is in it:
/// a chain `CRIU` of iptables, or a table `CRIU-…` of nftables. A CRIU that was killed leaves them behind.
public struct NetworkLock {
    private let criu: CRIU

    public init(of criu: CRIU) { self.criu = criu }

    /// Removes what there is of them from a process's network namespace, which has to be the container's own.
    ///
    /// - Parameter process: by its pidfd.
    public func remove(fromNamespaceOf process: SharedDescriptor) throws(CRIUError) {
        let doing = "removing CRIU's rules from the container's network namespace"
        do throws(KernelError) {
            try ChildProcess.perform(in: process, .network) { () throws(KernelError) in
                guard try removeFromOwnNamespace() else { throw KernelError(.execve, .ioError, "iptables and nft") }
            }
        } catch {
            // With the last process its namespace is gone, and the rules with it.
            if error.errno == .noSuchProcess { return }
            throw CRIUError(doing, cause: error.description, hint: "in that namespace, iptables -S and nft list ruleset show them")
        }
    }

    private func removeFromOwnNamespace() throws(KernelError) -> Bool {
        var removed = true
        for name in ["iptables", "ip6tables"] {
            guard let program = criu.program(name), try run(program, ["-S", "CRIU"]).succeeded else { continue }
            for chain in ["INPUT", "OUTPUT"] {
                // Whoever was interrupted more than once has left as many of them.
                while try run(program, ["-D", chain, "-j", "CRIU"]).succeeded {}
            }
            for rule in [["-F", "CRIU"], ["-X", "CRIU"]] { removed = try run(program, rule).succeeded && removed }
        }
        if let program = criu.program("nft") {
            for line in try Spawn(program, arguments: [program, "list", "tables"], environment: criu.environment).run().output.parts(at: "\n") {
                let words = line.parts(at: " ")
                guard words.count == 3, words[2].hasPrefix("CRIU-") else { continue }
                removed = try Spawn(program, arguments: [program, "delete"] + words, environment: criu.environment).run().succeeded && removed
            }
        }
        return removed
    }

    /// Waits for whoever else changes the tables. Man: iptables(8).
    private func run(_ program: String, _ arguments: [String]) throws(KernelError) -> Spawn.Outcome {
        try Spawn(program, arguments: [program, "-w"] + arguments, environment: criu.environment).run()
    }
}
