/// What is wrong in a JSON document, and where: `process.rlimits[2].soft: must be a number from 0 to 18446744073709551615`.
public struct SpecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field, from the document's top: `mounts[3].destination`. Empty where the document itself is meant.
    public var path: String
    /// What is wrong with it, to be read after the path: `is missing`.
    public var problem: String

    public init(path: String = "", _ problem: String) {
        self.path = path
        self.problem = problem
    }

    public var description: String { path.isEmpty ? problem : "\(path): \(problem)" }

    /// The same error, seen from the object that holds the field `name`.
    func inside(_ name: String) -> SpecError {
        // An index or a map's key follows its container directly, a field after a dot.
        let separator = path.isEmpty || path.hasPrefix("[") ? "" : "."
        return SpecError(path: name + separator + path, problem)
    }

    /// The same error, seen from the array of which it is about the element `index`.
    func inside(_ index: Int) -> SpecError { inside("[\(index)]") }

    /// The same error, seen from the map of which it is about the value of `key`.
    func inside(key: String) -> SpecError { inside("[\(key.debugDescription)]") }
}
