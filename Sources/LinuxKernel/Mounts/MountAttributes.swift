/// The attributes of a mount (not of its file system), as mount_setattr(2) takes them.
public struct MountAttributes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let readOnly = MountAttributes(rawValue: 0x01)
    public static let noSetuid = MountAttributes(rawValue: 0x02)
    public static let noDevices = MountAttributes(rawValue: 0x04)
    public static let noExecution = MountAttributes(rawValue: 0x08)
    public static let noAccessTime = MountAttributes(rawValue: 0x10)
    public static let strictAccessTime = MountAttributes(rawValue: 0x20)
    public static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    public static let noSymbolicLinkFollow = MountAttributes(rawValue: 0x200000)

    /// The field of access times: `relatime` is its zero, so that choosing one clears the field.
    public static let accessTimeField = MountAttributes(rawValue: 0x70)
}

/// How mounts and unmounts spread between copies of a mount. Man: mount_namespaces(7).
public enum MountPropagation: UInt64, Sendable, Hashable {
    case unbindable = 0x20000  // MS_UNBINDABLE
    case privately = 0x40000  // MS_PRIVATE
    case slave = 0x80000  // MS_SLAVE
    case shared = 0x100000  // MS_SHARED
}

/// One option of a file system: a flag, or a key with a value.
public struct FileSystemOption: Sendable, Hashable {
    public let key: String
    public let value: String?

    public init(_ key: String, _ value: String? = nil) {
        self.key = key
        self.value = value
    }

    /// As in the data of mount(2).
    public var text: String { value.map { "\(key)=\($0)" } ?? key }
}
