/// What a container is doing. Spec: runtime.md, "State".
///
/// Never stored: told from what is there, by one table. A restored container has what a started one has, no exec.fifo above
/// all: it is running, and nothing treats it otherwise.
public enum ContainerStatus: String, Sendable, CaseIterable {
    case creating, created, running, paused, stopped

    public struct Facts: Sendable, Equatable {
        /// Init is alive, with the start time that was noted.
        public let initIsAlive: Bool
        /// exec.fifo is there, and init has had no execve: nobody has started it.
        public let awaitsStart: Bool
        public let isFrozen: Bool

        public init(initIsAlive: Bool, awaitsStart: Bool, isFrozen: Bool) {
            self.initIsAlive = initIsAlive
            self.awaitsStart = awaitsStart
            self.isFrozen = isFrozen
        }
    }

    /// | state.json | init | frozen | awaits start | |
    /// |---|---|---|---|---|
    /// | no | | | | creating |
    /// | yes | gone | | | stopped |
    /// | yes | alive | yes | | paused |
    /// | yes | alive | no | yes | created |
    /// | yes | alive | no | no | running |
    ///
    /// - Parameter facts: nil without state.json: `create` has not come to its end.
    public init(_ facts: Facts?) {
        guard let facts else {
            self = .creating
            return
        }
        if !facts.initIsAlive {
            self = .stopped
        } else if facts.isFrozen {
            self = .paused
        } else {
            self = facts.awaitsStart ? .created : .running
        }
    }

    /// What is done to a container, as far as its status decides whether it may be. A signal is not among them: whether there
    /// is somebody to get it is told by sending it.
    public enum Operation: String, Sendable, CaseIterable {
        case start, exec, execIgnoringPaused, delete, forcedDelete, events, pause, resume, update, checkpoint
    }

    public func allows(_ operation: Operation) -> Bool {
        switch operation {
        case .start: self == .created
        case .exec, .pause: self == .created || self == .running
        case .resume: self == .paused
        case .events, .execIgnoringPaused, .update: self != .stopped && self != .creating
        case .delete: self == .stopped || self == .created || self == .creating
        case .forcedDelete: true
        case .checkpoint: self == .running || self == .paused
        }
    }
}
