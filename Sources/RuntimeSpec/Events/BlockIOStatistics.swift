extension ContainerStatistics {
    /// By device and operation, with the container's own cgroups. Kernel: cgroup-v1/blkio-controller.rst.
    public struct BlockIO: JSONObject {
        public var ioServiceBytesRecursive: [Entry] = []
        public var ioServicedRecursive: [Entry] = []
        public var ioQueuedRecursive: [Entry] = []
        public var ioServiceTimeRecursive: [Entry] = []
        public var ioWaitTimeRecursive: [Entry] = []
        public var ioMergedRecursive: [Entry] = []
        public var ioTimeRecursive: [Entry] = []
        public var sectorsRecursive: [Entry] = []
        public var psi: Pressure?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("ioServiceBytesRecursive", &ioServiceBytesRecursive)
            try json.optional("ioServicedRecursive", &ioServicedRecursive)
            try json.optional("ioQueueRecursive", &ioQueuedRecursive)
            try json.optional("ioServiceTimeRecursive", &ioServiceTimeRecursive)
            try json.optional("ioWaitTimeRecursive", &ioWaitTimeRecursive)
            try json.optional("ioMergedRecursive", &ioMergedRecursive)
            try json.optional("ioTimeRecursive", &ioTimeRecursive)
            try json.optional("sectorsRecursive", &sectorsRecursive)
            try json.optional("psi", &psi)
        }

        public struct Entry: JSONObject {
            public var major: UInt64 = 0
            public var minor: UInt64 = 0
            /// `Read`, `Write`…; nil where the value is of all of them.
            public var op: String?
            public var value: UInt64 = 0

            public init() {}

            public init(major: UInt64, minor: UInt64, op: String? = nil, value: UInt64) {
                self.major = major
                self.minor = minor
                self.op = op
                self.value = value
            }

            public mutating func fields(_ json: JSONFields) throws(SpecError) {
                try json.optional("major", &major)
                try json.optional("minor", &minor)
                try json.optional("op", &op)
                try json.optional("value", &value)
            }
        }
    }
}
