import Foundation

/// A small root file system of busybox.
enum RootFilesystem {
    static let applets = """
        sh id cat ls echo sleep true false mount umount hostname env pwd stat readlink test touch mkdir rmdir rm ln chmod chown \
        grep sed awk cut head tail sort tr wc tty stty ps kill nc su date dd df find expr printf seq mv cp mknod unshare uname \
        setsid sync usleep which xargs getopt od tee timeout nproc ulimit
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    private static let directories = ["bin", "etc", "proc", "sys", "dev", "root", "home", "tmp", "var", "mnt", "usr"]

    private static let files = [
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nworker:x:1000:1000:worker:/home/worker:/bin/sh\n",
        "etc/group": "root:x:0:\nworker:x:1000:\nextra:x:1001:\n",
        "etc/not-executable": "#!/bin/sh\necho no\n",
        // What is no script and no program either.
        "bin/not-a-program": "this is not a program\n",
    ]

    /// Makes one at `path`, owned by the given ids.
    static func make(at path: String, uid: UInt32, gid: UInt32) throws {
        func own(_ path: String) throws {
            guard lchown(path, uid, gid) == 0 else { throw HarnessError("cannot chown \(path)") }
        }
        func directory(_ path: String) throws {
            guard mkdir(path, 0o755) == 0 else { throw HarnessError("cannot make \(path)") }
            try own(path)
        }
        try directory(path)
        for name in directories { try directory("\(path)/\(name)") }
        guard chmod("\(path)/tmp", 0o1777) == 0 else { throw HarnessError("chmod failed") }
        try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: "\(path)/bin/busybox")
        try own("\(path)/bin/busybox")
        for applet in applets {
            guard symlink("busybox", "\(path)/bin/\(applet)") == 0 else { throw HarnessError("symlink \(applet) failed") }
        }
        for (name, text) in files {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
            try own("\(path)/\(name)")
        }
        guard chmod("\(path)/bin/not-a-program", 0o755) == 0 else { throw HarnessError("chmod failed") }
    }
}
