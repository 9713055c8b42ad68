/// JSON text of values that have no type of their own.
public enum JSONText {
    /// One object on one line, its fields in the order given: a line of the JSON log.
    public static func object(_ fields: [(key: String, value: String)]) -> String {
        let root = JSONNode.newObject()
        defer { root.free() }
        for field in fields { root.add(field.key, .new(field.value)) }
        return root.text(pretty: false)
    }
}
