import ArgumentParser
import RuntimeSpec
import UsernsRuntime

/// `update ID`.
struct UpdateCommand: RuntimeCommand {
    static let configuration = CommandConfiguration.command(
        .update, arguments: "<id>", abstract: "Changes the limits of a container.")

    @Option(
        name: "--resources -r", parsing: .unconditional,
        help: .option(
            "Take the limits, as in config.json, from this file or the standard input; all other options are ignored.",
            kind: "file|-"))
    var resources: String?

    @Option(
        name: "--blkio-weight", parsing: .unconditional,
        help: .option("Weight of block IO, 10 to 1000.", kind: "weight", default: "unchanged"))
    var blkioWeight: UInt16?

    @Option(
        name: "--cpu-period", parsing: .unconditional,
        help: .option("Period of the limit of CPU time.", kind: "microseconds", default: "unchanged"))
    var cpuPeriod: UInt64?

    @Option(
        name: "--cpu-quota", parsing: .unconditional,
        help: .option("CPU time in each period; -1: no limit.", kind: "microseconds", default: "unchanged"))
    var cpuQuota: Int64?

    @Option(
        name: "--cpu-burst", parsing: .unconditional,
        help: .option("CPU time that may be saved up beyond the quota.", kind: "microseconds", default: "unchanged"))
    var cpuBurst: UInt64?

    @Option(
        name: "--cpu-share", parsing: .unconditional,
        help: .option("Share of CPU time, in relation to others.", kind: "shares", default: "unchanged"))
    var cpuShare: UInt64?

    @Option(
        name: "--cpu-rt-period", parsing: .unconditional,
        help: .option("Period of the limit of realtime CPU time.", kind: "microseconds", default: "unchanged"))
    var cpuRtPeriod: UInt64?

    @Option(
        name: "--cpu-rt-runtime", parsing: .unconditional,
        help: .option("Realtime CPU time in each period.", kind: "microseconds", default: "unchanged"))
    var cpuRtRuntime: Int64?

    @Option(
        name: "--cpuset-cpus", parsing: .unconditional,
        help: .option("CPUs to run on, such as 0-3,7.", kind: "cpus", default: "unchanged"))
    var cpusetCpus: String?

    @Option(
        name: "--cpuset-mems", parsing: .unconditional,
        help: .option("Memory nodes to use, such as 0-1.", kind: "nodes", default: "unchanged"))
    var cpusetMems: String?

    @Option(
        name: "--cpu-idle", parsing: .unconditional,
        help: .option("Run only where no other wants to, or as ever.", kind: "0|1", default: "unchanged"))
    var cpuIdle: Int64?

    @Option(name: "--memory", parsing: .unconditional, help: .option("Limit of memory.", kind: "bytes", default: "unchanged"))
    var memory: String?

    @Option(
        name: "--memory-reservation", parsing: .unconditional,
        help: .option("Memory that is kept where memory is short.", kind: "bytes", default: "unchanged"))
    var memoryReservation: String?

    @Option(
        name: "--memory-swap", parsing: .unconditional,
        help: .option("Limit of memory and swap together; -1: no limit.", kind: "bytes", default: "unchanged"))
    var memorySwap: String?

    @Option(
        name: "--pids-limit", parsing: .unconditional,
        help: .option("Limit of processes and threads; -1: no limit.", kind: "n", default: "unchanged"))
    var pidsLimit: Int64?

    @Option(
        name: "--l3-cache-schema", parsing: .unconditional,
        help: .option("Schema of the L3 cache (resctrl).", kind: "schema", default: "unchanged"))
    var l3CacheSchema: String?

    @Option(
        name: "--mem-bw-schema", parsing: .unconditional,
        help: .option("Schema of memory bandwidth (resctrl).", kind: "schema", default: "unchanged"))
    var memBwSchema: String?

    @Option(name: "--kernel-memory", parsing: .unconditional, help: ArgumentHelp(valueName: "bytes", visibility: .hidden))
    var kernelMemory: String?

    @Option(name: "--kernel-memory-tcp", parsing: .unconditional, help: ArgumentHelp(valueName: "bytes", visibility: .hidden))
    var kernelMemoryTcp: String?

    @Argument(help: .containerID)
    var id: String

    func validate() throws {
        try memory.require("--memory <bytes>") { ByteCountText.bytes($0) != nil }
        try memoryReservation.require("--memory-reservation <bytes>") { ByteCountText.bytes($0) != nil }
        try memorySwap.require("--memory-swap <bytes>") { ByteCountText.bytes($0) != nil }
    }

    func perform(with runtime: borrowing Runtime, log: RuntimeLog) throws(RuntimeError) -> Int32 {
        // Engines still pass them, and runc ignores both.
        if kernelMemory != nil { log.warning("--kernel-memory is ignored: Linux no longer has this limit") }
        if kernelMemoryTcp != nil { log.warning("--kernel-memory-tcp is ignored: give memory.kernelTCP by --resources where cgroup v1 still has this limit") }
        try runtime.update(
            UpdateRequest(id: id, file: resources, resources: changes, l3CacheSchema: l3CacheSchema, memBwSchema: memBwSchema))
        return 0
    }

    /// What the options say; only groups of which one is given are there.
    var changes: Resources {
        var changes = Resources()
        var limits = Resources.Memory()
        limits.limit = memory.flatMap(ByteCountText.bytes)
        limits.reservation = memoryReservation.flatMap(ByteCountText.bytes)
        limits.swap = memorySwap.flatMap(ByteCountText.bytes)
        if limits != Resources.Memory() { changes.memory = limits }
        var cpu = Resources.CPU()
        cpu.shares = cpuShare
        cpu.quota = cpuQuota
        cpu.burst = cpuBurst
        cpu.period = cpuPeriod
        cpu.realtimeRuntime = cpuRtRuntime
        cpu.realtimePeriod = cpuRtPeriod
        cpu.cpus = cpusetCpus
        cpu.mems = cpusetMems
        cpu.idle = cpuIdle
        if cpu != Resources.CPU() { changes.cpu = cpu }
        if let pidsLimit {
            changes.pids = Resources.Pids()
            changes.pids?.limit = pidsLimit
        }
        if let blkioWeight {
            changes.blockIO = Resources.BlockIO()
            changes.blockIO?.weight = blkioWeight
        }
        return changes
    }
}
