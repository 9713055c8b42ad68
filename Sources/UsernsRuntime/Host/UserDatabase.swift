import LinuxKernel
import SystemPackage

/// Names of users, without NSS in this process: /etc/passwd, then `getent passwd UID`.
enum UserDatabase {
    struct Entry: Sendable, Equatable {
        let name: String
        let uid: UInt32
        let gid: UInt32
    }

    static func entry(uid: UInt32) -> Entry? {
        let passwd: String
        do throws(KernelError) { passwd = try FileDescriptor.currentDirectory.open("/etc/passwd", .readOnly).readText() } catch {
            passwd = ""
        }
        return parse(passwd, uid: uid) ?? getent(uid)
    }

    static func parse(_ text: String, uid: UInt32) -> Entry? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 4, UInt32(fields[2]) == uid, let gid = UInt32(fields[3]), !fields[0].isEmpty else { continue }
            return Entry(name: String(fields[0]), uid: uid, gid: gid)
        }
        return nil
    }

    private static func getent(_ uid: UInt32) -> Entry? {
        let path = "/usr/bin/getent"
        let spawn = Spawn(path, arguments: [path, "passwd", "\(uid)"], environment: ["PATH=/usr/bin:/bin"], timeoutMilliseconds: 10_000)
        do throws(KernelError) { return parse(try spawn.run().output, uid: uid) } catch { return nil }
    }
}
