import Foundation
import Testing

/// A directory of the host beside the root file system, full of names that a runtime led astray would open, make or remove.
struct Canary {
    let path: String
    private let before: [String: String]

    private static let names = ["secret", "null", "console", "ptmx", "core_pattern", "dir/secret"]

    init(_ bundle: Bundle) throws {
        path = "\(bundle.directory)/outside"
        try bundle.makeDirectory(path, mode: 0o755)
        try bundle.makeDirectory("\(path)/dir")
        for name in Self.names { try bundle.write("canary \(name)\n", to: "\(path)/\(name)") }
        before = try Self.look(at: path)
    }

    /// The same directory from the root file system's root, by more steps upwards than there are.
    var fromBelow: String { "../../../../../../../../../../../.." + path }

    /// Nothing was made, removed, written, or given another mode or owner, not even for a moment: the times tell.
    func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try Self.look(at: path) == before, sourceLocation: sourceLocation)
    }

    private static func look(at top: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: top) + ["."] {
            let path = "\(top)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else { throw HarnessError("\(path) went away") }
            let text = status.st_mode & S_IFMT == S_IFREG ? try String(contentsOfFile: path, encoding: .utf8) : ""
            let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }.joined(separator: " ")
            found[name] = "\(status.st_ino) \(String(status.st_mode, radix: 8)) \(status.st_uid) \(status.st_gid) \(times) \(text)"
        }
        return found
    }
}

extension Bundle {
    /// Puts a link in place of what the root file system has at `name`.
    func replaceInRoot(_ name: String, byLinkTo target: String) throws {
        let path = "\(rootfs)/\(name)"
        try PlainCommand.run(["rm", "-rf", path])
        guard symlink(target, path) == 0, try lchown(path, identity.hostUID, identity.hostGID) == 0 else {
            throw HarnessError("cannot link \(path)")
        }
    }

    /// The container gets the root file system's own /dev, with whatever an image put there.
    func useDevicesOfRoot() throws {
        try edit {
            for destination in ["/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"] { $0.removeMount(destination) }
        }
    }
}
