import Foundation
import LinuxKernel
import SystemPackage
import Testing

/// A directory with what a test puts there, removed at the end.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("linux-kernel-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    func makeDirectory(_ relative: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + relative, withIntermediateDirectories: true)
    }
    func write(_ text: String, _ relative: String) throws { try text.write(toFile: path + "/" + relative, atomically: false, encoding: .utf8) }
    func link(_ relative: String, to target: String) throws { try #require(symlink(target, path + "/" + relative) == 0) }
    func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + relative) }
    func open(_ relative: String) throws -> OwnedDescriptor { try FileDescriptor.currentDirectory.open(path + "/" + relative, [.path, .directory]) }
}
