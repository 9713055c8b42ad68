/// JSON text of values that have no type of their own.
public enum JSONText {
    /// One object on one line, its fields in the order given: a line of the JSON log.
    public static func object(_ fields: [(key: String, value: String)]) -> String {
        JSONWriter.text(pretty: false) { json in
            json.object {
                for field in fields {
                    json.key(field.key)
                    json.string(field.value)
                }
            }
        }
    }
}
