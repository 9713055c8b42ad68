import CLinux
import Glibc

/// How a file is opened; CLOEXEC is always added.
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let readOnly: OpenFlags = []
    public static let writeOnly = OpenFlags(rawValue: O_WRONLY)
    public static let readWrite = OpenFlags(rawValue: O_RDWR)
    public static let path = OpenFlags(rawValue: cl_O_PATH)
    public static let noFollow = OpenFlags(rawValue: cl_O_NOFOLLOW)
    public static let directory = OpenFlags(rawValue: cl_O_DIRECTORY)
    public static let create = OpenFlags(rawValue: O_CREAT)
    public static let exclusive = OpenFlags(rawValue: O_EXCL)
    public static let append = OpenFlags(rawValue: O_APPEND)
    public static let truncate = OpenFlags(rawValue: O_TRUNC)
    public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    public static let noControllingTerminal = OpenFlags(rawValue: cl_O_NOCTTY)
}
