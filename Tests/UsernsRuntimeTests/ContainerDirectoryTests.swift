import Foundation
import LinuxKernel
import RuntimeSpec
import SystemPackage
import Testing

@testable import UsernsRuntime

@Suite struct ContainerDirectoryTests {
    @Test func whatCannotBeWrittenIsNamedWithItsContainer() throws {
        let root = NSTemporaryDirectory() + "runc-directory-\(UUID().uuidString)"
        // A directory, where a file is to be written.
        try FileManager.default.createDirectory(atPath: "\(root)/demo/state.json.new", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let directory = try ContainerDirectory("demo", in: FileDescriptor.currentDirectory.open(root, [.path, .directory]), path: root)
        #expect { try directory.save(SavedState()) } throws: { ($0 as? RuntimeError)?.message == "writing state.json of demo" }
    }
}
