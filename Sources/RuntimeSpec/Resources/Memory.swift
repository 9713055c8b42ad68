extension Resources {
    /// Limits in bytes, -1 for none. Spec: config-linux.md, "Memory"
    public struct Memory: JSONObject {
        public var limit: Int64?
        public var reservation: Int64?
        /// Of memory and swap together.
        public var swap: Int64?
        public var kernel: Int64?
        public var kernelTCP: Int64?
        /// From 0 to 100.
        public var swappiness: UInt64?
        public var disableOOMKiller: Bool?
        public var useHierarchy: Bool?
        public var checkBeforeUpdate: Bool?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("limit", &limit)
            try json.optional("reservation", &reservation)
            try json.optional("swap", &swap)
            try json.optional("kernel", &kernel)
            try json.optional("kernelTCP", &kernelTCP)
            try json.optional("swappiness", &swappiness)
            try json.optional("disableOOMKiller", &disableOOMKiller)
            try json.optional("useHierarchy", &useHierarchy)
            try json.optional("checkBeforeUpdate", &checkBeforeUpdate)
        }
    }

    /// Limits of one size of huge page. Spec: config-linux.md, "Huge page limits"
    public struct HugepageLimit: JSONObject {
        /// Such as `64KB`, `2MB`, `1GB`.
        public var pageSize = ""
        /// Bytes.
        public var limit: UInt64 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("pageSize", &pageSize)
            try json.required("limit", &limit)
        }
    }
}
