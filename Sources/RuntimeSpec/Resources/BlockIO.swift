extension Resources {
    /// Input and output on block devices. Spec: config-linux.md, "Block IO"
    public struct BlockIO: JSONObject {
        /// From 10 to 1000.
        public var weight: UInt16?
        /// From 10 to 1000.
        public var leafWeight: UInt16?
        public var weightDevice: [WeightDevice] = []
        /// Bytes per second.
        public var throttleReadBpsDevice: [ThrottleDevice] = []
        /// Bytes per second.
        public var throttleWriteBpsDevice: [ThrottleDevice] = []
        /// Operations per second.
        public var throttleReadIOPSDevice: [ThrottleDevice] = []
        /// Operations per second.
        public var throttleWriteIOPSDevice: [ThrottleDevice] = []

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("weight", &weight)
            try json.optional("leafWeight", &leafWeight)
            try json.optional("weightDevice", &weightDevice)
            try json.optional("throttleReadBpsDevice", &throttleReadBpsDevice)
            try json.optional("throttleWriteBpsDevice", &throttleWriteBpsDevice)
            try json.optional("throttleReadIOPSDevice", &throttleReadIOPSDevice)
            try json.optional("throttleWriteIOPSDevice", &throttleWriteIOPSDevice)
        }
    }

    public struct WeightDevice: JSONObject {
        public var major: Int64 = 0
        public var minor: Int64 = 0
        /// From 10 to 1000.
        public var weight: UInt16?
        /// From 10 to 1000.
        public var leafWeight: UInt16?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("major", &major)
            try json.required("minor", &minor)
            try json.optional("weight", &weight)
            try json.optional("leafWeight", &leafWeight)
        }
    }

    public struct ThrottleDevice: JSONObject {
        public var major: Int64 = 0
        public var minor: Int64 = 0
        /// Per second, in the unit of the list it is in.
        public var rate: UInt64 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("major", &major)
            try json.required("minor", &minor)
            try json.required("rate", &rate)
        }
    }
}
