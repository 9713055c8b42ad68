import LinuxKernel

/// What may be mounted on /proc and below it: a container that could put files of its own there could make the runtime,
/// and tools like ps, believe them (CVE-2019-16884).
enum ProcDestinations {
    /// Files that file systems like lxcfs replace by ones that tell of the container's share.
    private static let replaceable: Set<String> = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/slabinfo", "/proc/stat", "/proc/swaps",
        "/proc/uptime", "/proc/sys/crypto/fips_enabled", "/proc/sys/kernel/ns_last_pid",
    ]

    /// On /proc itself a bind mount passes here; whether its source is a procfs shows when it is opened.
    static func check(_ destination: String, type: String, field: String) throws(PlanError) {
        let components = destination.pathComponentsResolvingDots
        guard components.first == "proc" else { return }
        let path = "/" + components.joined(separator: "/")
        if components.count == 1 {
            guard ["proc", "bind", "none", ""].contains(type) else { throw PlanError("\(field).destination: /proc: only a procfs can be mounted there") }
        } else {
            guard replaceable.contains(path) else { throw PlanError("\(field).destination: \(path): cannot be mounted on, because it is inside /proc") }
        }
    }
}
