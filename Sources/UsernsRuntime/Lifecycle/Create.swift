import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Makes a container that waits for `start`.
    public func create(_ request: CreateRequest) throws(RuntimeError) {
        let prepared = try PreparedContainer(request, global: self.request, log: log)
        do throws(PlanError) { try prepared.plan.process.requireRoomToWait() } catch { throw RuntimeError(error) }
        let console = try ConsoleDestination(terminal: prepared.process.terminal, detach: true, socket: request.consoleSocket)
        try prepared.protectExecutable()
        let creation = try ContainerCreation.make(prepared, waitsForStart: true, log: log)
        do throws(RuntimeError) {
            _ = try console.deliver(creation.launched.takeTerminal())
            try Announcement(pidFile: request.pidFile, pidfdSocket: request.pidfdSocket).make(creation.launched.process)
            try creation.launched.release()
        } catch {
            creation.abandon()
            throw error
        }
    }

    /// Makes a container and runs its process.
    public func run(_ request: RunRequest) throws(RuntimeError) -> Int32 {
        let prepared = try PreparedContainer(request.create, global: self.request, log: log)
        let console = try ConsoleDestination(
            terminal: prepared.process.terminal, detach: request.detach, socket: request.create.consoleSocket)
        try prepared.protectExecutable()
        let foreground: Foreground? = request.detach ? nil : try Foreground(subreaper: !request.noSubreaper)
        let creation = try ContainerCreation.make(prepared, waitsForStart: false, log: log)
        let termination: Termination
        do throws(RuntimeError) {
            let terminal = try console.deliver(creation.launched.takeTerminal())
            let notify = try NotifyRelay(creation.directory, log: log)
            try Announcement(pidFile: request.create.pidFile, pidfdSocket: request.create.pidfdSocket).make(creation.launched.process)
            try creation.unlock()
            try creation.launched.release()
            try creation.launched.awaitExecution(prepared.wording)
            try prepared.hooks.runPoststart(pid: creation.launched.process.pid)
            guard let foreground else {
                try notify?.forward(from: creation.launched.process)
                return 0
            }
            termination = try foreground.wait(for: creation.launched.process, terminal: terminal, notify: notify)
        } catch {
            creation.abandon()
            throw error
        }
        if !request.keep { creation.removeEnded() }
        return termination.exitStatus
    }
}
