extension ContainerStatistics {
    /// In bytes.
    public struct Memory: JSONObject {
        public var cache: UInt64 = 0
        public var usage = Entry()
        /// Of memory and swap together.
        public var swap = Entry()
        public var kernel = Entry()
        public var kernelTCP = Entry()
        /// All of `memory.stat`, in its units.
        public var raw: [String: UInt64] = [:]
        public var psi: Pressure?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("cache", &cache)
            try json.required("usage", &usage)
            try json.required("swap", &swap)
            try json.required("kernel", &kernel)
            try json.required("kernelTCP", &kernelTCP)
            try json.optional("raw", &raw)
            try json.optional("psi", &psi)
        }

        public struct Entry: JSONObject {
            /// The highest number there is, for none.
            public var limit: UInt64 = 0
            public var usage: UInt64 = 0
            /// The highest usage so far.
            public var max: UInt64 = 0
            public var failcnt: UInt64 = 0

            public init() {}

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.required("limit", &limit)
                try json.optional("usage", &usage)
                try json.optional("max", &max)
                try json.required("failcnt", &failcnt)
            }
        }
    }
}
