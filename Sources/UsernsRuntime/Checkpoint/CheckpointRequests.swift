import CheckpointRestore

/// `checkpoint`.
public struct CheckpointRequest: Sendable {
    public var id: String
    public var image: ImageSettings
    public var dump = DumpSettings()

    public init(id: String, image: ImageSettings) {
        self.id = id
        self.image = image
    }
}

/// `restore`.
public struct RestoreRequest: Sendable {
    /// The new container, as `create` would be asked for it.
    public var create: CreateRequest
    public var image: ImageSettings
    public var restore = RestoreSettings()
    public var detach = false
    public var noSubreaper = false

    public init(create: CreateRequest, image: ImageSettings) {
        self.create = create
        self.image = image
    }
}
