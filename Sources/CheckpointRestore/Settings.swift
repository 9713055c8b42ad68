/// What `checkpoint` and `restore` are both told. Man: criu(8).
public struct ImageSettings: Sendable, Equatable {
    public var imagePath: String
    /// nil: the image's own directory.
    public var workPath: String?
    public var keepsTCPConnections = false
    public var allowsExternalUnixSockets = false
    public var isShellJob = false
    public var movesPagesLazily = false
    public var keepsFileLocks = false
    public var cgroupMode: CgroupMode?
    public var dropsDuplicates = false
    /// Also a network namespace that is not the container's own.
    public var emptiesNetwork = false

    public init(imagePath: String) { self.imagePath = imagePath }
}

/// What `checkpoint` alone is told.
public struct DumpSettings: Sendable, Equatable {
    /// Only the memory is saved, and what changes after it is tracked.
    public var isPreDump = false
    /// Of the pre-dump before, relative to the image path.
    public var parentPath: String?
    public var leavesRunning = false
    public var skipsTCPInFlight = false
    public var remapsLinks = false
    public var pageServer: PageServer?
    /// A descriptor of ours that is told when the page server of a lazy dump is ready.
    public var statusDescriptor: Int32?

    public init() {}

    /// Whether the container is there afterwards.
    public var keepsContainer: Bool { isPreDump || leavesRunning }
}

/// What `restore` alone is told.
public struct RestoreSettings: Sendable, Equatable {
    /// `TYPE:LABEL`, instead of the profile that the processes had.
    public var lsmProfile: String?
    /// The SELinux context of the mounts, instead of the one that they had.
    public var lsmMountContext: String?

    public init() {}
}

/// Where memory is sent to, or fetched from.
public struct PageServer: Sendable, Equatable {
    public let address: String
    public let port: UInt16

    /// `ADDR:PORT`; an address of IPv6 in brackets. nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), let port = UInt16(text[text.utf8.index(after: colon)...]), port > 0 else { return nil }
        var address = text[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") {
            address = address.dropFirst().dropLast()
        } else if address.contains(":") {
            return nil
        }
        guard !address.isEmpty else { return nil }
        self.address = String(address)
        self.port = port
    }
}
