import Foundation

/// All cgroups of the machine, in every hierarchy. Those of other tests come and go while it is walked: that is no error.
enum CgroupTree {
    /// Absolute; a cgroup comes before those in it.
    static func directories() -> [String] { directories(below: "/sys/fs/cgroup") }

    /// Removes the cgroups of that name and those whose name goes on with a sign, with all that is in them, once their last
    /// processes have ended. Throws where one stays.
    static func remove(named name: String) throws {
        func isNamed(_ component: Substring) -> Bool {
            component == name || ["-", ".", ":"].contains { component.hasPrefix(name + $0) }
        }
        var left: [String] = []
        let isGone = eventually {
            left = directories().filter { $0.split(separator: "/").contains(where: isNamed) }
            for cgroup in left.reversed() { rmdir(cgroup) }
            return left.isEmpty
        }
        guard isGone else { throw HarnessError("could not be removed: \(left.joined(separator: ", "))") }
    }

    /// By the type that readdir tells: most of what is in a cgroup are files.
    private static func directories(below top: String) -> [String] {
        guard let stream = opendir(top) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard entry.pointee.d_type == UInt8(DT_DIR), name != ".", name != ".." else { continue }
            found.append("\(top)/\(name)")
            found += directories(below: "\(top)/\(name)")
        }
        return found
    }
}
