import Foundation

/// What the kernel holds for the whole machine: what no process, mount or cgroup shows that leaked.
struct KernelUse: CustomStringConvertible {
    /// Open files. Man: proc(5), "/proc/sys/fs/file-nr".
    let files: Int
    /// Memory of the kernel's own that it cannot take back, with what lies in tmpfs. KiB.
    let memory: Int
    /// Cgroups of all hierarchies, with those that are removed and not yet freed. Man: cgroups(7), "/proc/cgroups".
    let cgroups: Int
    /// Keys of the user. Man: keyrings(7), "/proc/key-users".
    let keys: Int

    init(uid: UInt32) throws {
        files = try Self.number(String(contentsOfFile: "/proc/sys/fs/file-nr", encoding: .utf8))
        let sizes = try Self.lines("/proc/meminfo").filter { line in ["SUnreclaim:", "KernelStack:", "PageTables:", "Shmem:"].contains { line.hasPrefix($0) } }
        memory = try sizes.reduce(0) { try $0 + Self.number($1, at: 1) }
        cgroups = try Dictionary(
            Self.lines("/proc/cgroups").dropFirst().map { (try Self.number($0, at: 1), try Self.number($0, at: 2)) }, uniquingKeysWith: max
        ).values.reduce(0, +)
        keys = try Self.lines("/proc/key-users").first { try Self.number($0) == Int(uid) }.map { try Self.number($0, at: 2) } ?? 0
    }

    /// What has become more by at least one file, key or cgroup, or by 16 KiB, for each cycle.
    func growth(since before: KernelUse, cycles: Int) -> [String] {
        var growth: [String] = []
        if files - before.files >= cycles { growth.append("open files: \(before.files) → \(files)") }
        if keys - before.keys >= cycles { growth.append("keys: \(before.keys) → \(keys)") }
        if cgroups - before.cgroups >= cycles { growth.append("cgroups: \(before.cgroups) → \(cgroups)") }
        if memory - before.memory >= 16 * cycles { growth.append("KiB of kernel memory: \(before.memory) → \(memory)") }
        return growth
    }

    var description: String { "\(files) open files, \(keys) keys, \(cgroups) cgroups, \(memory) KiB of kernel memory" }

    private static func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The word at an index of a line, where colons and slashes end words too.
    private static func number(_ line: String, at index: Int = 0) throws -> Int {
        let words = line.split { " \t:/".contains($0) }
        guard words.indices.contains(index), let number = Int(words[index]) else { throw HarnessError("no number at \(index) in \(line)") }
        return number
    }
}
