import LinuxKernel
import SystemPackage

/// The environment of a container's process.
enum ProcessEnvironment {
    /// Adds HOME where it is missing: from the container's /etc/passwd, else `/`.
    static func complete(_ environment: [String], uid: UInt32) throws(KernelError) -> [String] {
        if environment.contains(where: { $0.hasPrefix("HOME=") && $0 != "HOME=" }) { return environment }
        return environment.filter { $0 != "HOME=" } + ["HOME=" + (try homeDirectory(of: uid) ?? "/")]
    }

    static func value(of name: String, in environment: [String]) -> String? {
        environment.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    /// The image may have anything there: a fifo must not stop us, a link to a descriptor of ours is not followed, and only
    /// a file is read.
    private static func homeDirectory(of uid: UInt32) throws(KernelError) -> String? {
        let text: String
        do throws(KernelError) {
            let slash = RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open("/", [.path, .directory])))
            let file = try slash.open("/etc/passwd", [.readOnly, .nonBlocking, .noControllingTerminal])
            guard try file.status().isRegular else { return nil }
            text = String(decoding: try file.readAll(limitBytes: 8 << 20), as: UTF8.self)
        } catch {
            // An image without users is an ordinary one.
            return nil
        }
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count >= 6, UInt32(fields[2]) == uid { return fields[5].isEmpty ? nil : String(fields[5]) }
        }
        return nil
    }
}
