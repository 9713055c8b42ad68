extension Resources {
    /// Times in microseconds. Spec: config-linux.md, "CPU"
    public struct CPU: JSONObject {
        /// The weight against other cgroups, as cgroup v1 counts it (from 2 to 262144).
        public var shares: UInt64?
        /// Per period; -1 for none.
        public var quota: Int64?
        public var burst: UInt64?
        public var period: UInt64?
        public var realtimeRuntime: Int64?
        public var realtimePeriod: UInt64?
        /// A list such as `0-3,7`.
        public var cpus: String?
        /// A list such as `0-3,7`.
        public var mems: String?
        /// 1 for SCHED_IDLE.
        public var idle: Int64?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("shares", &shares)
            try json.optional("quota", &quota)
            try json.optional("burst", &burst)
            try json.optional("period", &period)
            try json.optional("realtimeRuntime", &realtimeRuntime)
            try json.optional("realtimePeriod", &realtimePeriod)
            try json.optional("cpus", &cpus)
            try json.optional("mems", &mems)
            try json.optional("idle", &idle)
        }
    }

    /// How many tasks there may be. Spec: config-linux.md, "PIDs"
    public struct Pids: JSONObject {
        /// -1 for no limit.
        public var limit: Int64?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) { try json.optional("limit", &limit) }
    }
}
