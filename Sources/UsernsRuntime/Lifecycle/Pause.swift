extension Runtime {
    /// Makes every process of the container stand still.
    public func pause(id: String) throws(RuntimeError) {
        let (container, cgroup) = try openControlled(id, for: "pause", try HostProbe())
        let status = try container.status()
        guard status.allows(.pause) else {
            throw RuntimeError(status == .paused ? "container is paused already: \(id)" : "container not running: \(id)")
        }
        try cgroup.freeze()
    }

    /// Lets the processes of a paused container go on, also those of one that an interrupted `pause` has left half frozen.
    public func resume(id: String) throws(RuntimeError) {
        let (container, cgroup) = try openControlled(id, for: "resume", try HostProbe())
        let status = try container.status()
        if !status.allows(.resume) {
            guard status != .stopped, try cgroup.isToldToFreeze() else { throw RuntimeError("container not paused: \(id)") }
        }
        try cgroup.thaw()
    }
}
