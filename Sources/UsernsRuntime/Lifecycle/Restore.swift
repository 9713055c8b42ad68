import CheckpointRestore
import LinuxKernel
import RuntimeSpec

extension Runtime {
    /// Makes a container of the files that `checkpoint` wrote, and lets its processes go on. Returns the first one's exit
    /// status; 0 where it is detached.
    public func restore(_ request: RestoreRequest) throws(RuntimeError) -> Int32 {
        let criu = try criu(for: "restore", try HostProbe())
        do throws(CRIUError) {
            if request.image.movesPagesLazily { try criu.require(.lazyPages) }
            // Older ones take the option, and restore the old label.
            if request.restore.lsmProfile != nil || request.restore.lsmMountContext != nil {
                try criu.requireVersion(CRIUVersion(major: 3, minor: 16), for: "--lsm-profile and --lsm-mount-context")
            }
        } catch { throw RuntimeError(error) }
        let prepared = try PreparedContainer(request.create, global: self.request, log: log, tellsReadiness: false)
        let console = try ConsoleDestination(
            terminal: prepared.process.terminal, detach: request.detach, socket: request.create.consoleSocket)
        let foreground: Foreground? = request.detach ? nil : try Foreground(subreaper: !request.noSubreaper)
        let restoration = try ContainerRestoration.make(prepared, request, criu: criu, log: log)
        var terminal: OwnedDescriptor?
        do throws(RuntimeError) {
            terminal = try console.deliver(restoration.takeTerminal())
            try Announcement(pidFile: request.create.pidFile, pidfdSocket: nil).make(restoration.process)
            try restoration.unlock()
        } catch {
            restoration.abandon()
            throw error
        }
        guard let foreground else { return 0 }
        let termination = try foreground.wait(for: restoration.process, terminal: terminal.take())
        restoration.removeEnded()
        return termination.exitStatus
    }
}
