import CLinux
import Glibc

/// What fstat(2) says, as far as this runtime asks.
public struct FileStatus: Sendable, Equatable {
    public let device: UInt64
    public let inode: UInt64
    public let mode: mode_t
    public let uid: UInt32
    public let gid: UInt32
    /// The device that the inode stands for, where it is a device.
    public let representedDevice: UInt64
    public let size: Int
    /// 0 once the last name is gone.
    public let linkCount: UInt64

    init(_ status: Glibc.stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        mode = status.st_mode
        uid = status.st_uid
        gid = status.st_gid
        representedDevice = UInt64(status.st_rdev)
        size = Int(status.st_size)
        linkCount = UInt64(status.st_nlink)
    }

    public func isSameInode(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }

    public var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    public var isRegular: Bool { mode & S_IFMT == S_IFREG }
    public var isSymbolicLink: Bool { mode & S_IFMT == S_IFLNK }
    public var isCharacterDevice: Bool { mode & S_IFMT == S_IFCHR }
    public var isBlockDevice: Bool { mode & S_IFMT == S_IFBLK }
    public var isFIFO: Bool { mode & S_IFMT == S_IFIFO }
    public var isSocket: Bool { mode & S_IFMT == S_IFSOCK }
    public var representedMajor: UInt32 { cl_major(representedDevice) }
    public var representedMinor: UInt32 { cl_minor(representedDevice) }

    public func isCharacterDevice(_ major: UInt32, _ minor: UInt32) -> Bool {
        isCharacterDevice && representedMajor == major && representedMinor == minor
    }
}
