/// A line of `events`.
public struct ContainerEvent: JSONObject {
    /// `stats` or `oom`.
    public var type = ""
    /// The container's.
    public var id = ""
    /// Of `stats`.
    public var data: ContainerStatistics?

    public init() {}

    public init(type: String, id: String, data: ContainerStatistics? = nil) {
        self.type = type
        self.id = id
        self.data = data
    }

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("type", &type)
        try json.required("id", &id)
        try json.optional("data", &data)
    }
}
