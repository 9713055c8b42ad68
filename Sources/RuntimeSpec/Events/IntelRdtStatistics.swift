extension ContainerStatistics {
    /// Of the container's resctrl group. Kernel: filesystems/resctrl.rst.
    public struct IntelRdt: JSONObject {
        public var l3CacheInfo: L3CacheInfo?
        /// Of the root of resctrl, to compare with.
        public var l3CacheSchemaRoot: String?
        public var l3CacheSchema: String?
        public var memBwInfo: MemBwInfo?
        public var memBwSchemaRoot: String?
        public var memBwSchema: String?
        /// One for each L3 domain.
        public var mbmStats: [MemoryBandwidth] = []
        public var cmtStats: [CacheOccupancy] = []

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("l3_cache_info", &l3CacheInfo)
            try json.optional("l3_cache_schema_root", &l3CacheSchemaRoot)
            try json.optional("l3_cache_schema", &l3CacheSchema)
            try json.optional("mem_bw_info", &memBwInfo)
            try json.optional("mem_bw_schema_root", &memBwSchemaRoot)
            try json.optional("mem_bw_schema", &memBwSchema)
            try json.optional("mbm_stats", &mbmStats)
            try json.optional("cmt_stats", &cmtStats)
        }

        public struct L3CacheInfo: JSONObject {
            public var cbmMask: String?
            public var minCbmBits: UInt64 = 0
            public var numClosids: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("cbm_mask", &cbmMask)
                try json.optional("min_cbm_bits", &minCbmBits)
                try json.optional("num_closids", &numClosids)
            }
        }

        public struct MemBwInfo: JSONObject {
            public var bandwidthGran: UInt64 = 0
            public var delayLinear: UInt64 = 0
            public var minBandwidth: UInt64 = 0
            public var numClosids: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("bandwidth_gran", &bandwidthGran)
                try json.optional("delay_linear", &delayLinear)
                try json.optional("min_bandwidth", &minBandwidth)
                try json.optional("num_closids", &numClosids)
            }
        }

        /// In bytes.
        public struct MemoryBandwidth: JSONObject {
            public var total: UInt64 = 0
            public var local: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("mbm_total_bytes", &total)
                try json.optional("mbm_local_bytes", &local)
            }
        }

        /// In bytes.
        public struct CacheOccupancy: JSONObject {
            public var llcOccupancy: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) { try json.optional("llc_occupancy", &llcOccupancy) }
        }
    }
}
