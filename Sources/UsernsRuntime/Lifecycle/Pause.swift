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

    /// Lets the processes of a paused container go on.
    public func resume(id: String) throws(RuntimeError) {
        let (container, cgroup) = try openControlled(id, for: "resume", try HostProbe())
        guard try container.status().allows(.resume) else { throw RuntimeError("container not paused: \(id)") }
        try cgroup.thaw()
    }
}
