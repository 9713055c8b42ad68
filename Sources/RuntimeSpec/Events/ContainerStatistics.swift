/// What a container has used, in the shape that engines know from runc, whatever the version of cgroups.
public struct ContainerStatistics: JSONObject {
    public var cpu = CPU()
    public var cpuset = CPUSet()
    public var memory = Memory()
    public var pids = Pids()
    public var blkio = BlockIO()
    /// By the page size: `2MB`.
    public var hugetlb: [String: Hugetlb] = [:]
    public var intelRdt = IntelRdt()
    /// Null: only a runtime that makes network interfaces itself has something to say of them.
    private var networkInterfaces = JSONNull()

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("cpu", &cpu)
        try json.required("cpuset", &cpuset)
        try json.required("memory", &memory)
        try json.required("pids", &pids)
        try json.required("blkio", &blkio)
        try json.required("hugetlb", &hugetlb)
        try json.required("intel_rdt", &intelRdt)
        try json.required("network_interfaces", &networkInterfaces)
    }

    public struct Pids: JSONObject {
        public var current: UInt64 = 0
        /// 0 for none.
        public var limit: UInt64 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("current", &current)
            try json.optional("limit", &limit)
        }
    }

    /// In bytes.
    public struct Hugetlb: JSONObject {
        public var usage: UInt64 = 0
        public var max: UInt64 = 0
        public var failcnt: UInt64 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("usage", &usage)
            try json.optional("max", &max)
            try json.required("failcnt", &failcnt)
        }
    }

    /// How long processes waited for a resource. Kernel: accounting/psi.rst.
    public struct Pressure: JSONObject {
        /// At least one of them.
        public var some = Line()
        /// All of them at once.
        public var full = Line()

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("some", &some)
            try json.required("full", &full)
        }

        public struct Line: JSONObject {
            /// Percent of the last 10 seconds.
            public var avg10 = 0.0
            public var avg60 = 0.0
            public var avg300 = 0.0
            /// Microseconds.
            public var total: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.required("avg10", &avg10)
                try json.required("avg60", &avg60)
                try json.required("avg300", &avg300)
                try json.required("total", &total)
            }
        }
    }
}
