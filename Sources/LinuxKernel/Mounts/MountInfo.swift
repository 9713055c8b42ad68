import Glibc

/// A line of /proc/self/mountinfo. Man: proc_pid_mountinfo(5).
public struct MountInfo: Sendable, Equatable {
    public let id: Int
    public let parentID: Int
    /// Of the file system: `major:minor`.
    public let device: String
    /// The part of the file system that is the mount's root.
    public let root: String
    public let mountPoint: String
    public let fileSystemType: String
    /// Options of the file system: a cgroup v1 hierarchy's controllers are among them.
    public let superOptions: [String]

    /// The mounts, oldest first; lines that are none are left out.
    ///
    /// - Parameter typePrefix: only file systems whose type begins so; a host may have thousands of others.
    public static func parse(_ text: String, typePrefix: String = "") -> [MountInfo] {
        let mark = " - \(typePrefix)"
        return text.parts(at: "\n").compactMap { line in
            guard typePrefix.isEmpty || strstr(line, mark) != nil else { return nil }
            // A source may be empty.
            let fields = line.parts(at: " ", omittingEmpty: false)
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 2, let id = Int(fields[0]), let parentID = Int(fields[1])
            else { return nil }
            return MountInfo(
                id: id, parentID: parentID, device: fields[2], root: unescape(fields[3]), mountPoint: unescape(fields[4]), fileSystemType: fields[dash + 1],
                superOptions: fields.count > dash + 3 ? fields[dash + 3].parts(at: ",") : [])
        }
    }

    /// Space, tab, newline and backslash are written as octal escapes.
    private static func unescape(_ field: String) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [MountInfo] {
    /// The ids of a mount and of all that is mounted below it.
    public func tree(of id: UInt64) -> Set<Int> {
        let children = Dictionary(grouping: self, by: \.parentID)
        var tree: Set<Int> = [], pending = [Int(id)]
        while let next = pending.popLast() {
            // The root of the namespace may be its own parent.
            if tree.insert(next).inserted { pending += children[next, default: []].map(\.id) }
        }
        return tree
    }
}
