extension Resources {
    /// The network controllers of cgroup v1. Spec: config-linux.md, "Network"
    public struct Network: JSONObject {
        public var classID: UInt32?
        public var priorities: [InterfacePriority] = []

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("classID", &classID)
            try json.optional("priorities", &priorities)
        }
    }

    public struct InterfacePriority: JSONObject {
        /// The interface, in the runtime's network namespace.
        public var name = ""
        public var priority: UInt32 = 0

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.required("name", &name)
            try json.required("priority", &priority)
        }
    }

    /// Limits of one RDMA device. Spec: config-linux.md, "RDMA"
    public struct Rdma: JSONObject {
        public var hcaHandles: UInt32?
        public var hcaObjects: UInt32?

        public init() {}

        public mutating func fields(_ json: JSONFields) throws(SpecError) {
            try json.optional("hcaHandles", &hcaHandles)
            try json.optional("hcaObjects", &hcaObjects)
        }
    }
}
