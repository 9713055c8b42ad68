import CgroupControl
import ContainerInit
import ContainerPlan
import Glibc
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The parent's side of making a process in a container, init's or one of `exec`: clones it and leads it, message by
/// message, to `ready`.
///
/// The conversation is drawn in `ContainerInit/Protocol/Messages.swift`.
struct ProcessLauncher {
    let process: ProcessPlan
    /// The first clone is of a process that goes between.
    let needsIntermediate: Bool
    let cloneFlags: UInt64
    /// Without the privilege to lower it, oom_score_adj stays.
    let forgivesOutOfMemoryScore: Bool
    let procfs: ProcessFileSystem
    let wording: FailureWording
    let log: RuntimeLog
    /// What the child must not keep open: a lock that it would hold as long as it waits for its start.
    let closedInChild: [ContainerDirectory]

    /// A process that is set up and waits for its release.
    final class Launched {
        fileprivate(set) var process: ChildProcess
        let channel: ParentChannel
        fileprivate(set) var terminal: OwnedDescriptor?

        init(process: consuming ChildProcess, channel: consuming ParentChannel) {
            self.process = process
            self.channel = channel
        }

        func takeTerminal() -> OwnedDescriptor? { terminal.take() }

        /// Lets it go on: to its execve, or to the fifo. From here on it lives without us.
        func release() throws(RuntimeError) {
            do throws(KernelError) { try channel.send(.release) } catch { throw RuntimeError("releasing the container's process", error) }
        }

        /// After the release: waits until the execve has closed the channel, or has failed.
        func awaitExecution(_ wording: FailureWording) throws(RuntimeError) {
            let received: ParentChannel.Received?
            do throws(KernelError) { received = try channel.receive() } catch { throw RuntimeError("talking to the container's process", error) }
            guard let received else { return }
            throw if case .failure(let failure) = received.message { wording.error(failure) } else { ProcessLauncher.unexpected() }
        }
    }

    /// What happens on the way, in the order of the calls; pids are in our PID namespace.
    struct Steps {
        /// Where the clone starts, on cgroup v2.
        var cgroupDirectory: SharedDescriptor?
        var mapIDs: (_ pid: Int32) throws(RuntimeError) -> Void = { (_) throws(RuntimeError) in }
        /// Moves a process to the container's cgroup, where the clone could not start there.
        var joinCgroup: (_ pid: Int32) throws(RuntimeError) -> Void
        var joinResctrlGroup: (_ pid: Int32) throws(RuntimeError) -> Void = { (_) throws(RuntimeError) in }
        /// What is done to the namespaces of a process that waits.
        var prepareNamespaces: (_ pid: Int32) throws(RuntimeError) -> Void = { (_) throws(RuntimeError) in }
        /// What needs the process and is not needed by it: done at the same time.
        var whileSettingUp: (_ pid: Int32) throws(RuntimeError) -> Void = { (_) throws(RuntimeError) in }
        var giveSeccompListener: (_ listener: borrowing OwnedDescriptor, _ pid: Int32) throws(RuntimeError) -> Void
        var runRuntimeHooks: (_ pid: Int32) throws(RuntimeError) -> Void = { (_) throws(RuntimeError) in }
    }

    /// - Parameter child: what the clone does, with its end of the channel.
    func launch(_ steps: Steps, child: (borrowing ChildChannel) -> Never) throws(RuntimeError) -> Launched {
        try requireOneThread()
        let pair = try makeChannel()
        var placed = false
        let cloned = try clone(into: steps.cgroupDirectory, &placed)
        guard let first = cloned else {
            for descriptor in closedInChild { close(descriptor.rawValue) }
            child(pair.child())
        }
        let launched = Launched(process: first, channel: pair.parent())
        do throws(RuntimeError) {
            if needsIntermediate {
                try awaitSibling(launched, steps)
            } else {
                try steps.mapIDs(launched.process.pid)
            }
            if !placed { try steps.joinCgroup(launched.process.pid) }
            try steps.joinResctrlGroup(launched.process.pid)
            try setOutOfMemoryScore(pid: launched.process.pid)
            try steps.prepareNamespaces(launched.process.pid)
            try send(.proceed, to: launched)
            try steps.whileSettingUp(launched.process.pid)
            try untilReady(launched, steps)
            // From outside: raising a hard limit fails from inside a user namespace. Late, so that they do not hinder
            // the setting up.
            try ResourceLimits.apply(process.rlimits, pid: launched.process.pid)
            try SchedulingSetter.apply(process, pid: launched.process.pid)
        } catch {
            abandon(launched)
            // Where it died of an error of its own, ours only follows from that.
            throw unreadFailure(of: launched) ?? error
        }
        return launched
    }

    /// A second thread would not be copied, and setns(2) of a user namespace would fail.
    private func requireOneThread() throws(RuntimeError) {
        do throws(KernelError) {
            let count = try CurrentProcess.threadCount(procfs)
            guard count == 1 else { throw KernelError(.clone3, .invalidArgument, "this process has \(count) threads") }
        } catch { throw RuntimeError("creating the container's process", error) }
    }

    private func makeChannel() throws(RuntimeError) -> ChannelPair {
        do throws(KernelError) { return try ChannelPair() } catch { throw RuntimeError("creating the container's process", error) }
    }

    /// What tells that the kernel cannot start a process in a cgroup (before Linux 5.7, or where a filter knows no clone3), or
    /// not in this one. Any other error is the clone's own: beside the cgroup it would only go around a limit.
    private static let refusesCgroup: Set<Errno> = [
        .noFunction, .argListTooLong, .invalidArgument, .notPermitted, .permissionDenied, .resourceBusy, .notSupportedOnSocket,
        .operationNotSupportedByDevice, .noSuchFileOrDirectory,
    ]

    /// A cgroup that the kernel does not let it start in is left to `joinCgroup`, which words its errors, or forgives them.
    private func clone(into cgroup: SharedDescriptor?, _ placed: inout Bool) throws(RuntimeError) -> ChildProcess? {
        if let cgroup {
            placed = true
            do throws(KernelError) { return try ChildProcess.clone(flags: cloneFlags, cgroup: cgroup) } catch {
                guard Self.refusesCgroup.contains(error.errno) else { throw cloneError(error) }
                placed = false
            }
        }
        do throws(KernelError) { return try ChildProcess.clone(flags: cloneFlags) } catch { throw cloneError(error) }
    }

    private func cloneError(_ error: KernelError) -> RuntimeError {
        var hint: String?
        if error.call == .clone3, cloneFlags & NamespaceKind.user.flag != 0 {
            switch error.errno {
            case .notPermitted: hint = "unprivileged user namespaces may be switched off: sysctl kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); and none is made in a chroot"
            case .noSpace, .tooManyUsers: hint = "too many user namespaces, or too deep: sysctl user.max_user_namespaces"
            default: break
            }
        }
        return RuntimeError("creating the container's process", cause: error.description, hint: hint)
    }

    /// The process between goes away by itself once it has told who comes after it; killed or not, it is reaped here.
    private func awaitSibling(_ launched: Launched, _ steps: Steps) throws(RuntimeError) {
        var received = try receiveFromBetween(launched)
        if case .awaitingMap = received.message {
            try steps.mapIDs(launched.process.pid)
            try send(.mapped, to: launched)
            received = try receiveFromBetween(launched)
        }
        guard case .initProcess(let pid) = received.message, let pidfd = received.descriptor.take() else { throw Self.unexpected() }
        reap(launched)
        launched.process = ChildProcess(pid: pid, pidfd: pidfd)
    }

    private func untilReady(_ launched: Launched, _ steps: Steps) throws(RuntimeError) {
        while true {
            var received = try receive(launched)
            switch received.message {
            case .runtimeHooksDue:
                try steps.runRuntimeHooks(launched.process.pid)
                try send(.hooksDone, to: launched)
            case .terminal:
                launched.terminal = received.descriptor.take()
            case .seccompListener:
                guard let listener = received.descriptor.take() else { throw Self.unexpected() }
                try steps.giveSeccompListener(listener, launched.process.pid)
            case .ready:
                return
            case .awaitingMap, .initProcess, .failure:
                throw Self.unexpected()
            }
        }
    }

    private func setOutOfMemoryScore(pid: Int32) throws(RuntimeError) {
        guard let adjustment = process.oomScoreAdjustment else { return }
        do throws(KernelError) { try procfs.write("\(pid)/oom_score_adj", "\(adjustment)") } catch {
            // Lowering it takes CAP_SYS_RESOURCE, which a person without privileges can't help.
            guard forgivesOutOfMemoryScore, error.errno == .permissionDenied else {
                throw RuntimeError("process.oomScoreAdj \(adjustment)", error)
            }
            log.warning("process.oomScoreAdj \(adjustment): not permitted without privileges, left as it is")
        }
    }

    // MARK: messages

    private func send(_ message: ParentMessage, to launched: Launched) throws(RuntimeError) {
        do throws(KernelError) { try launched.channel.send(message) } catch { throw RuntimeError("talking to the container's process", error) }
    }

    /// The next message; a failure, or the child's end, is thrown in words.
    private func receive(_ launched: Launched) throws(RuntimeError) -> ParentChannel.Received {
        try required { () throws(KernelError) in try launched.channel.receive() }
    }

    /// Where the process between is killed after its clone, nobody else would ever write: the other only waits for us.
    private func receiveFromBetween(_ launched: Launched) throws(RuntimeError) -> ParentChannel.Received {
        try required { () throws(KernelError) in try launched.channel.receive(from: launched.process) }
    }

    private func required(_ receive: () throws(KernelError) -> ParentChannel.Received?) throws(RuntimeError) -> ParentChannel.Received {
        let received: ParentChannel.Received?
        do throws(KernelError) { received = try receive() } catch { throw RuntimeError("talking to the container's process", error) }
        guard let received else { throw RuntimeError("the container's process died while it was set up") }
        if case .failure(let failure) = received.message { throw wording.error(failure) }
        return received
    }

    /// What a child that was ended had told before, and nobody has read.
    private func unreadFailure(of launched: Launched) -> RuntimeError? {
        do throws(KernelError) { return try launched.channel.unreadFailure().map(wording.error) } catch {
            log.debug("reading what the container's process told: \(error)")
            return nil
        }
    }

    private static func unexpected() -> RuntimeError { RuntimeError("the container's process sent an unexpected message") }

    /// Whatever it does, it ends: nothing of a container that was not created is left running.
    func abandon(_ launched: Launched) {
        do throws(KernelError) {
            try launched.process.signal(SIGKILL)
        } catch { log.debug("killing the container's process: \(error)") }
        reap(launched)
    }

    private func reap(_ launched: Launched) {
        do throws(KernelError) { _ = try launched.process.wait() } catch { log.debug("reaping the container's process: \(error)") }
    }
}
