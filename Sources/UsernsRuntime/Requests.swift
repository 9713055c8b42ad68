import CheckpointRestore
import RuntimeSpec

// The requests that a command line is turned into: plain values, nothing decided yet.

/// `--rootless true|false|auto`: whether full access to cgroups is unlikely.
public enum RootlessSetting: String, Sendable, CaseIterable {
    case yes = "true"
    case no = "false"
    case auto
}

/// What the global options say, for every command.
public struct GlobalRequest: Sendable {
    /// `--root`: the state directory; nil means that it is chosen by who we are.
    public var root: String?
    public var rootless: RootlessSetting
    public var systemdCgroup: Bool
    /// A limit that cannot be enforced is an error, never a warning.
    public var strictLimits: Bool

    public init(root: String? = nil, rootless: RootlessSetting = .auto, systemdCgroup: Bool = false, strictLimits: Bool = false) {
        self.root = root
        self.rootless = rootless
        self.systemdCgroup = systemdCgroup
        self.strictLimits = strictLimits
    }
}

/// `create`, and what `run` shares with it.
public struct CreateRequest: Sendable {
    public var id: String
    public var bundle: String
    public var consoleSocket: String?
    public var pidfdSocket: String?
    public var pidFile: String?
    public var noPivot: Bool
    public var noNewKeyring: Bool
    /// How many descriptors from 3 on are passed to the container's process.
    public var preserveFDs: Int

    public init(
        id: String, bundle: String, consoleSocket: String? = nil, pidfdSocket: String? = nil, pidFile: String? = nil,
        noPivot: Bool = false, noNewKeyring: Bool = false, preserveFDs: Int = 0
    ) {
        self.id = id
        self.bundle = bundle
        self.consoleSocket = consoleSocket
        self.pidfdSocket = pidfdSocket
        self.pidFile = pidFile
        self.noPivot = noPivot
        self.noNewKeyring = noNewKeyring
        self.preserveFDs = preserveFDs
    }
}

/// `run`.
public struct RunRequest: Sendable {
    public var create: CreateRequest
    public var detach: Bool
    /// The container is not deleted after its process has ended.
    public var keep: Bool
    public var noSubreaper: Bool

    public init(create: CreateRequest, detach: Bool = false, keep: Bool = false, noSubreaper: Bool = false) {
        self.create = create
        self.detach = detach
        self.keep = keep
        self.noSubreaper = noSubreaper
    }
}

/// `exec`.
public struct ExecRequest: Sendable {
    public var id: String
    /// The program and its arguments; empty where `processFile` gives them.
    public var arguments: [String]
    public var consoleSocket: String?
    public var pidfdSocket: String?
    public var cwd: String?
    /// `KEY=VALUE`, added to the environment of the container's process.
    public var environment: [String]
    public var tty: Bool
    /// `UID[:GID]`, as given.
    public var user: String?
    public var additionalGIDs: [UInt32]
    /// A file with a `process` object, instead of the options and arguments.
    public var processFile: String?
    public var detach: Bool
    public var pidFile: String?
    public var processLabel: String?
    public var apparmor: String?
    public var noNewPrivs: Bool
    /// Capabilities added to the bounding, effective and permitted sets, with or without `CAP_`.
    public var capabilities: [String]
    public var preserveFDs: Int
    public var ignorePaused: Bool
    /// Paths below the container's cgroup, by controller; the empty one is version 2.
    public var cgroups: [String: String]

    public init(id: String, arguments: [String]) {
        self.id = id
        self.arguments = arguments
        environment = []
        tty = false
        additionalGIDs = []
        detach = false
        noNewPrivs = false
        capabilities = []
        preserveFDs = 0
        ignorePaused = false
        cgroups = [:]
    }
}

/// `spec`.
public struct SpecRequest: Sendable {
    public var bundle: String
    public var rootless: Bool
    /// All of the caller's subordinate ranges are mapped, beside the caller's own ids.
    public var subids: Bool

    public init(bundle: String, rootless: Bool = false, subids: Bool = false) {
        self.bundle = bundle
        self.rootless = rootless
        self.subids = subids
    }
}

/// `update`.
public struct UpdateRequest: Sendable {
    public var id: String
    /// A file with `linux.resources`, or `-` for the standard input; then `resources` is ignored.
    public var file: String?
    public var resources: Resources
    public var l3CacheSchema: String?
    public var memBwSchema: String?

    public init(id: String, file: String? = nil, resources: Resources = Resources(), l3CacheSchema: String? = nil, memBwSchema: String? = nil) {
        self.id = id
        self.file = file
        self.resources = resources
        self.l3CacheSchema = l3CacheSchema
        self.memBwSchema = memBwSchema
    }
}

/// `events`.
public struct EventsRequest: Sendable {
    public var id: String
    public var intervalMilliseconds: Int64
    /// Statistics once, and nothing else.
    public var onlyOnce: Bool

    public init(id: String, intervalMilliseconds: Int64, onlyOnce: Bool) {
        self.id = id
        self.intervalMilliseconds = intervalMilliseconds
        self.onlyOnce = onlyOnce
    }
}

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
