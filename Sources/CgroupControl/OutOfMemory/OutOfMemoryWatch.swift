import Glibc
import LinuxKernel
import SystemPackage

/// Tells when processes of a cgroup ran out of its memory.
public final class OutOfMemoryWatch {
    private enum Source {
        /// Kernel: cgroup-v1/memory.rst, "OOM Control": the counter is told of each time, and once when the cgroup is gone.
        case v1(EventCounter, control: String)
        /// Kernel: cgroup-v2.rst, `memory.events`.
        case v2(SharedDescriptor, kills: UInt64)
    }

    private var source: Source

    /// From now on. Nil where no controller watches the container's memory.
    public init?(_ cgroup: ContainerCgroup) throws(CgroupError) {
        if let directory = cgroup.directories["memory"] {
            source = try attempt("watch the memory of", directory) { () throws(KernelError) in
                let counter = try EventCounter()
                let control = directory + "/memory.oom_control"
                let file = try FileDescriptor.currentDirectory.open(control, .readOnly)
                try FileDescriptor.currentDirectory.open(directory + "/cgroup.event_control", .writeOnly)
                    .writeAll("\(counter.descriptor.rawValue) \(file.rawValue)")
                return .v1(counter, control: control)
            }
        } else if let directory = cgroup.directories[""] {
            let path = directory + "/memory.events"
            guard access(path, F_OK) == 0 else { return nil }
            source = try attempt("watch the memory of", directory) { () throws(KernelError) in
                let file = SharedDescriptor(try FileDescriptor.currentDirectory.open(path, .readOnly))
                return .v2(file, kills: Self.kills(try file.readFromStart()))
            }
        } else {
            return nil
        }
    }

    /// What to wait for.
    public var readiness: Readiness.Awaited {
        switch source {
        case .v1(let counter, _): (counter.descriptor, .readable)
        case .v2(let file, _): (file, .changed)
        }
    }

    /// Whether it happened since the last time that it was asked for. Does not wait.
    public func hasHappened() throws(CgroupError) -> Bool {
        switch source {
        case .v1(let counter, let control):
            let count = try attempt("watch the memory of", control) { () throws(KernelError) in try counter.take() }
            return count > (access(control, F_OK) == 0 ? 0 : 1)
        case .v2(let file, let before):
            let kills: UInt64
            do throws(KernelError) { kills = Self.kills(try file.readFromStart()) } catch {
                guard error.isMissingFile else { throw CgroupError("watch the memory of", "the container", error) }
                return false
            }
            source = .v2(file, kills: kills)
            return kills > before
        }
    }

    private static func kills(_ events: String) -> UInt64 { StatisticsText.flatKeyed(events)["oom_kill"] ?? 0 }
}
