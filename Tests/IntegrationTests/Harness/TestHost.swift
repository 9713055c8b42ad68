import Foundation

/// What one test process puts on the machine, once: a directory, users, a user namespace, a copy of the runtime.
///
/// All of it is removed by the janitor, a shell that outlives this process however it ends.
final class TestHost: Sendable {
    private static let made = Result { try TestHost() }
    static var shared: TestHost { get throws { try made.get() } }

    /// Everything that is ours lives below this; its name is how leftovers are recognised.
    let base: String
    /// An account with subordinate ids in two ranges.
    let user: TestUser
    /// An account without subordinate ids.
    let bareUser: TestUser
    /// An account like the first one, which has a systemd manager of its own once somebody needs it.
    let managedUser: TestUser
    private let janitor: Janitor

    private init() throws {
        guard geteuid() == 0 else { throw HarnessError("the integration tests need root: they make users and containers") }
        umask(0o022)
        let process = getpid()
        try Janitor.sweep()
        base = "/tmp/runc-itest-\(process)"
        janitor = try Janitor(testProcess: process)
        for (name, mode) in [("", 0o755), ("outputs", 0o777), ("bin", 0o755), ("home", 0o755), ("runtime", 0o755), ("bundles", 0o755)] {
            let directory = "\(base)/\(name)"
            guard mkdir(directory, mode_t(mode)) == 0, chmod(directory, mode_t(mode)) == 0 else {
                throw HarnessError("cannot make \(directory): \(String(cString: strerror(errno)))")
            }
        }
        user = try TestUser(name: "rit\(process)", base: base, subordinateRanges: 2)
        bareUser = try TestUser(name: "rit\(process)b", base: base, subordinateRanges: 0)
        managedUser = try TestUser(name: "rit\(process)m", base: base, subordinateRanges: 2)
    }
}

/// An account made for the tests.
struct TestUser: Sendable {
    struct Range: Sendable, Equatable {
        let first: Int
        let count: Int
    }

    let name: String
    let uid: UInt32
    let gid: UInt32
    let home: String
    let runtimeDirectory: String
    let subUIDs: [Range]
    let subGIDs: [Range]

    init(name: String, base: String, subordinateRanges: Int) throws {
        self.name = name
        home = "\(base)/home/\(name)"
        runtimeDirectory = "\(base)/runtime/\(name)"
        let counts = subordinateRanges > 0 ? [] : ["-K", "SUB_UID_COUNT=0", "-K", "SUB_GID_COUNT=0"]
        try PlainCommand.run(["useradd", "--no-create-home", "--home-dir", home, "--shell", "/bin/sh", "--user-group"] + counts + [name])
        uid = UInt32(try PlainCommand.run(["id", "-u", name]))!
        gid = UInt32(try PlainCommand.run(["id", "-g", name]))!
        if subordinateRanges > 1 {
            // Far away from what useradd gives out, and apart for each uid.
            let first = 1_000_000_000 + Int(uid) * 1000
            let range = "\(first)-\(first + 999)"
            try PlainCommand.run(["usermod", "--add-subuids", range, "--add-subgids", range, name])
        }
        subUIDs = try Self.ranges(of: name, in: "/etc/subuid")
        subGIDs = try Self.ranges(of: name, in: "/etc/subgid")
        guard subUIDs.count == subordinateRanges, subGIDs.count == subordinateRanges else {
            throw HarnessError("\(name) has \(subUIDs.count) ranges of subordinate uids instead of \(subordinateRanges)")
        }
        for (directory, mode) in [(home, 0o755), (runtimeDirectory, 0o700)] {
            guard mkdir(directory, mode_t(mode)) == 0, chown(directory, uid, gid) == 0 else {
                throw HarnessError("cannot make \(directory) for \(name)")
            }
        }
    }

    private static func ranges(of name: String, in file: String) throws -> [Range] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0] == name, let first = Int(fields[1]), let count = Int(fields[2]) else { return nil }
            return Range(first: first, count: count)
        }
    }
}
