import CLinux

/// The capabilities that a file gives to who executes it. Man: capabilities(7), "File capabilities".
public enum FileCapabilities {
    /// Permitted and effective, as bits by number; 0 where the file has none.
    public static func effective(path: String) -> UInt64 {
        // struct vfs_cap_data: magic and flags, then permitted and inheritable in two halves, little-endian
        var words = [UInt32](repeating: 0, count: 6)
        let length = cl_getxattr(path, "security.capability", &words, words.count * 4)
        guard length >= 20 else { return 0 }
        let isEffective = UInt32(littleEndian: words[0]) & 1 != 0
        return isEffective ? UInt64(UInt32(littleEndian: words[1])) | UInt64(UInt32(littleEndian: words[3])) << 32 : 0
    }
}
