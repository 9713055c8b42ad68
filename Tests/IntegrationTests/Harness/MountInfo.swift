/// A line of /proc/PID/mountinfo. Man: proc(5).
struct MountInfo {
    let root: String
    let mountPoint: String
    let options: Set<String>
    /// `shared:1`, `master:2`, …
    let propagation: [String]
    let type: String
    let source: String
    let superOptions: Set<String>

    /// Each line that has the right form.
    static func parse(_ text: String) -> [MountInfo] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ").map(String.init)
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { return nil }
            return MountInfo(
                root: fields[3], mountPoint: fields[4], options: Set(fields[5].split(separator: ",").map(String.init)),
                propagation: Array(fields[6..<dash]), type: fields[dash + 1], source: fields[dash + 2],
                superOptions: Set(fields[dash + 3].split(separator: ",").map(String.init)))
        }
    }
}

extension [MountInfo] {
    /// The mount that is on top at a path.
    func at(_ mountPoint: String) -> MountInfo? { last { $0.mountPoint == mountPoint } }
}
