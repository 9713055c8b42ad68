extension ContainerStatistics {
    /// Times in nanoseconds.
    public struct CPU: JSONObject {
        public var usage = Usage()
        public var throttling = Throttling()
        public var psi: Pressure?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("usage", &usage)
            try json.required("throttling", &throttling)
            try json.optional("psi", &psi)
        }

        public struct Usage: JSONObject {
            public var total: UInt64 = 0
            public var percpu: [UInt64] = []
            public var percpuKernel: [UInt64] = []
            public var percpuUser: [UInt64] = []
            public var kernel: UInt64 = 0
            public var user: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("total", &total)
                try json.optional("percpu", &percpu)
                try json.optional("percpu_kernel", &percpuKernel)
                try json.optional("percpu_user", &percpuUser)
                try json.required("kernel", &kernel)
                try json.required("user", &user)
            }
        }

        public struct Throttling: JSONObject {
            public var periods: UInt64 = 0
            public var throttledPeriods: UInt64 = 0
            public var throttledTime: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("periods", &periods)
                try json.optional("throttledPeriods", &throttledPeriods)
                try json.optional("throttledTime", &throttledTime)
            }
        }
    }

    /// Of cgroup v1 only. Man: cpuset(7).
    public struct CPUSet: JSONObject {
        public var cpus: [UInt16] = []
        public var cpuExclusive: UInt64 = 0
        public var mems: [UInt16] = []
        public var memHardwall: UInt64 = 0
        public var memExclusive: UInt64 = 0
        public var memoryMigrate: UInt64 = 0
        public var memorySpreadPage: UInt64 = 0
        public var memorySpreadSlab: UInt64 = 0
        public var memoryPressure: UInt64 = 0
        public var schedLoadBalance: UInt64 = 0
        /// -1 for the system's default.
        public var schedRelaxDomainLevel: Int64 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("cpus", &cpus)
            try json.required("cpu_exclusive", &cpuExclusive)
            try json.optional("mems", &mems)
            try json.required("mem_hardwall", &memHardwall)
            try json.required("mem_exclusive", &memExclusive)
            try json.required("memory_migrate", &memoryMigrate)
            try json.required("memory_spread_page", &memorySpreadPage)
            try json.required("memory_spread_slab", &memorySpreadSlab)
            try json.required("memory_pressure", &memoryPressure)
            try json.required("sched_load_balance", &schedLoadBalance)
            try json.required("sched_relax_domain_level", &schedRelaxDomainLevel)
        }
    }
}
