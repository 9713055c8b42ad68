import ArgumentParser
import UsernsRuntime

/// `update ID`.
struct UpdateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command("update", abstract: "Changes the limits of a container.")

    @Option(name: .shortAndLong, parsing: .unconditional, help: .option("Take the limits, as in config.json, from this file or the standard input; all other options are ignored.", kind: "file|-", default: "none"))
    var resources: String?

    @Option(parsing: .unconditional, help: .option("Weight of block IO, 10 to 1000.", kind: "weight", default: "unchanged"))
    var blkioWeight: UInt16?

    @Option(parsing: .unconditional, help: .option("Period of the limit of CPU time.", kind: "microseconds", default: "unchanged"))
    var cpuPeriod: UInt64?

    @Option(parsing: .unconditional, help: .option("CPU time in each period; -1: no limit.", kind: "microseconds", default: "unchanged"))
    var cpuQuota: Int64?

    @Option(parsing: .unconditional, help: .option("CPU time that may be saved up beyond the quota.", kind: "microseconds", default: "unchanged"))
    var cpuBurst: UInt64?

    @Option(parsing: .unconditional, help: .option("Share of CPU time, in relation to others.", kind: "shares", default: "unchanged"))
    var cpuShare: UInt64?

    @Option(parsing: .unconditional, help: .option("Period of the limit of realtime CPU time.", kind: "microseconds", default: "unchanged"))
    var cpuRtPeriod: UInt64?

    @Option(parsing: .unconditional, help: .option("Realtime CPU time in each period.", kind: "microseconds", default: "unchanged"))
    var cpuRtRuntime: Int64?

    @Option(parsing: .unconditional, help: .option("CPUs to run on, such as 0-3,7.", kind: "cpus", default: "unchanged"))
    var cpusetCpus: String?

    @Option(parsing: .unconditional, help: .option("Memory nodes to use, such as 0-1.", kind: "nodes", default: "unchanged"))
    var cpusetMems: String?

    @Option(parsing: .unconditional, help: .option("Run only where no other wants to, or as ever.", kind: "0|1", default: "unchanged"))
    var cpuIdle: Int64?

    @Option(parsing: .unconditional, help: .option("Limit of memory.", kind: "bytes", default: "unchanged"))
    var memory: String?

    @Option(parsing: .unconditional, help: .option("Memory that is kept where memory is short.", kind: "bytes", default: "unchanged"))
    var memoryReservation: String?

    @Option(parsing: .unconditional, help: .option("Limit of memory and swap together; -1: no limit.", kind: "bytes", default: "unchanged"))
    var memorySwap: String?

    @Option(parsing: .unconditional, help: .option("Limit of processes and threads; -1: no limit.", kind: "n", default: "unchanged"))
    var pidsLimit: Int64?

    @Option(name: .customLong("l3-cache-schema"), parsing: .unconditional, help: .option("Schema of the L3 cache (resctrl).", kind: "schema", default: "unchanged"))
    var l3CacheSchema: String?

    @Option(parsing: .unconditional, help: .option("Schema of memory bandwidth (resctrl).", kind: "schema", default: "unchanged"))
    var memBwSchema: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(valueName: "bytes", visibility: .hidden))
    var kernelMemory: String?

    @Option(parsing: .unconditional, help: ArgumentHelp(valueName: "bytes", visibility: .hidden))
    var kernelMemoryTcp: String?

    @Argument(help: .containerID)
    var id: String

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        // The kernel has no such limits any more; engines still pass them.
        if kernelMemory != nil { log.warning("--kernel-memory is ignored: Linux no longer has this limit") }
        if kernelMemoryTcp != nil { log.warning("--kernel-memory-tcp is ignored: Linux no longer has this limit") }
        try runtime.refuse("update")
        return 0
    }
}
