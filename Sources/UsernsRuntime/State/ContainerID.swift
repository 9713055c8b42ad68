/// The name of a container: of one directory below the state directory, so that nothing else may be reached by it.
public struct ContainerID: Sendable, Equatable {
    public let text: String

    /// Letters, digits and `_+-.`, 1 to 1,024 characters, not `.` or `..`.
    public init(_ text: String) throws(RuntimeError) {
        guard !text.isEmpty else { throw RuntimeError("container id: must not be empty") }
        guard text.utf8.count <= 1024 else { throw RuntimeError("container id: must have at most 1024 characters") }
        let isAllowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
        guard isAllowed, text != ".", text != ".." else {
            throw RuntimeError("container id: \(text.debugDescription): must consist of letters, digits and _+-. and not be . or ..")
        }
        self.text = text
    }
}
