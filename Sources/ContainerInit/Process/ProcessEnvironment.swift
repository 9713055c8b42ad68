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

    /// Of what is longer, nobody's home is looked for further.
    private static let pieceLimit = 1024, lineLimitBytes = 65536

    /// The image may have anything there: a fifo must not stop us, a link to a descriptor of ours is not followed, only a file is
    /// read, and of a huge one never more than a piece at a time.
    private static func homeDirectory(of uid: UInt32) throws(KernelError) -> String? {
        do throws(KernelError) {
            let slash = RootDirectory(SharedDescriptor(try FileDescriptor.currentDirectory.open("/", [.path, .directory])))
            let file = try slash.open("/etc/passwd", [.readOnly, .nonBlocking, .noControllingTerminal])
            guard try file.status().isRegular else { return nil }
            var unfinished: ArraySlice<UInt8> = []
            for _ in 0..<pieceLimit where unfinished.count < lineLimitBytes {
                let piece = try file.readSome()
                var lines = (unfinished + piece).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                unfinished = piece.isEmpty ? [] : lines.removeLast()
                for line in lines where !line.isEmpty {
                    if let home = homeDirectory(of: uid, in: line) { return home.isEmpty ? nil : home }
                }
                if piece.isEmpty { break }
            }
            return nil
        } catch {
            // An image without users is an ordinary one.
            return nil
        }
    }

    /// Man: passwd(5).
    private static func homeDirectory(of uid: UInt32, in line: ArraySlice<UInt8>) -> String? {
        let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 6, omittingEmptySubsequences: false)
        guard fields.count >= 6, UInt32(String(decoding: fields[2], as: UTF8.self)) == uid else { return nil }
        return String(decoding: fields[5], as: UTF8.self)
    }
}
