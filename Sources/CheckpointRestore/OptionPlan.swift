import LinuxKernel
import RuntimeSpec

extension CRIUOptions {
    /// What both directions ask in the same way.
    private init(_ image: ImageSettings, namespaces: [Namespace]) {
        self.init()
        keepsTCPConnections = image.keepsTCPConnections
        allowsExternalUnixSockets = image.allowsExternalUnixSockets
        isShellJob = image.isShellJob
        movesPagesLazily = image.movesPagesLazily
        keepsFileLocks = image.keepsFileLocks
        cgroupMode = image.cgroupMode
        dropsDuplicates = image.dropsDuplicates
        // The devices of a network namespace are nothing that CRIU could bring to another host: whoever has set them up
        // does it again, in a hook. A namespace that was joined is not ours to empty, unless we are told to.
        if image.emptiesNetwork || namespaces.contains(where: { $0.type == .network && $0.isNew }) { emptyNamespaces |= UInt32(NamespaceKind.network.flag) }
    }

    /// A dump, or a pre-dump.
    ///
    /// - Parameter namespaces: of the container's configuration.
    public init(dump settings: DumpSettings, image: ImageSettings, namespaces: [Namespace]) {
        self.init(image, namespaces: namespaces)
        leavesRunning = settings.leavesRunning
        skipsTCPInFlight = settings.skipsTCPInFlight
        remapsLinks = settings.remapsLinks
        pageServer = settings.pageServer
        parentImage = settings.parentPath
        // What is a parent, or has one, is compared page by page.
        tracksMemory = settings.isPreDump || settings.parentPath != nil
    }

    /// A restore.
    ///
    /// - Parameter namespaces: of the new bundle's configuration.
    public init(restore settings: RestoreSettings, image: ImageSettings, namespaces: [Namespace]) {
        self.init(image, namespaces: namespaces)
        lsmProfile = settings.lsmProfile
        lsmMountContext = settings.lsmMountContext
    }
}
