/// What of one cgroup hierarchy a container may be shown: directories on the host.
public struct ShownCgroup: Sendable, Equatable {
    /// Made for the container; it is gone again where joining it was forgiven.
    public let container: String?
    /// That of the runtime, which is the container's too where it has none of its own; not the container's to change.
    public let runtime: String?

    public init(container: String?, runtime: String?) {
        self.container = container
        self.runtime = runtime
    }
}
