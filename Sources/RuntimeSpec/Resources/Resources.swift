/// The limits that the container's cgroup sets, and the whole of `update --resources`' file.
/// Spec: config-linux.md, "Control groups"
public struct Resources: JSONObject {
    /// Applied in their order.
    public var devices: [DeviceCgroup] = []
    public var memory: Memory?
    public var cpu: CPU?
    public var pids: Pids?
    public var blockIO: BlockIO?
    public var hugepageLimits: [HugepageLimit] = []
    public var network: Network?
    /// By the device's name.
    public var rdma: [String: Rdma] = [:]
    /// Values by file name, written to the cgroup as they are; cgroup v2 only.
    public var unified: [String: String] = [:]

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("devices", &devices)
        try json.optional("memory", &memory)
        try json.optional("cpu", &cpu)
        try json.optional("pids", &pids)
        try json.optional("blockIO", &blockIO)
        try json.optional("hugepageLimits", &hugepageLimits)
        try json.optional("network", &network)
        try json.optional("rdma", &rdma)
        try json.optional("unified", &unified)
    }
}
