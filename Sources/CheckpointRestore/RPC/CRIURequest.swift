import CCriuRPC

/// What is asked of CRIU.
public struct CRIURequest: Sendable {
    public enum Kind: Sendable {
        case version, check, featureCheck, dump, restore
        /// One pre-dump, after which CRIU ends.
        case preDump

        var code: CriuReqType {
            switch self {
            case .version: CRIU_REQ_TYPE__VERSION
            case .check: CRIU_REQ_TYPE__CHECK
            case .featureCheck: CRIU_REQ_TYPE__FEATURE_CHECK
            case .dump: CRIU_REQ_TYPE__DUMP
            case .restore: CRIU_REQ_TYPE__RESTORE
            case .preDump: CRIU_REQ_TYPE__SINGLE_PRE_DUMP
            }
        }

        /// As a person calls it: `CRIU could not …`.
        var verb: String {
            switch self {
            case .version: "tell its version"
            case .check, .featureCheck: "check what it can do"
            case .dump: "dump the container"
            case .restore: "restore the container"
            case .preDump: "pre-dump the container"
            }
        }
    }

    public var kind: Kind
    public var options: CRIUOptions?
    /// For `featureCheck`.
    public var features: Set<CRIUFeature> = []

    public init(_ kind: Kind, options: CRIUOptions? = nil) {
        self.kind = kind
        self.options = options
    }
}

/// What not every CRIU can do on every kernel.
public enum CRIUFeature: String, Sendable, CaseIterable {
    case memoryTracking = "memory tracking (pre-dump)"
    case lazyPages = "lazy pages"
}

/// The options of a request, as far as they differ from CRIU's own defaults. Man: criu(8).
public struct CRIUOptions: Sendable, Equatable {
    /// Descriptors of ours: CRIU opens them through our /proc.
    public var imageDirectory: Int32 = -1
    public var workDirectory: Int32?
    /// A name in the work directory.
    public var logName: String?
    /// It overrides what is asked here.
    public var configFile: String?
    /// The first process, in CRIU's PID namespace.
    public var pid: Int32?
    /// The container's root: for a restore it has to be a mount point.
    public var root: String?

    public var leavesRunning = false
    public var allowsExternalUnixSockets = false
    public var keepsTCPConnections = false
    public var skipsTCPInFlight = false
    public var isShellJob = false
    public var keepsFileLocks = false
    public var remapsLinks = false
    public var movesPagesLazily = false
    public var pageServer: PageServer?

    /// Of the last pre-dump, relative to the image directory. It makes the memory tracked.
    public var parentImage: String?
    public var tracksMemory = false
    public var dropsDuplicates = false

    public var cgroupMode: CgroupMode?
    public var cgroupRoots: [CgroupRoot] = []
    /// A directory of the freezer, by which the processes are stopped.
    public var freezerDirectory: String?

    /// Clone flags of namespaces that are restored without what was in them.
    public var emptyNamespaces: UInt32 = 0
    public var externals: [External] = []
    public var inherited: [InheritedDescriptor] = []
    public var joined: [JoinedNamespace] = []

    public var lsmProfile: String?
    public var lsmMountContext: String?
    /// What is asked is asked without privileges.
    public var isUnprivileged = false

    public init() {}

    /// Where the cgroups of the image are put.
    public struct CgroupRoot: Sendable, Equatable {
        /// Of the hierarchy, as in /proc/PID/cgroup; empty for version 2.
        public let controllers: String
        public let path: String

        public init(controllers: String, path: String) {
            self.controllers = controllers
            self.path = path
        }
    }

    /// Something that is not part of the image: CRIU's `--external`.
    public struct External: Sendable, Equatable {
        public let resource: String
        /// By which a restore knows it again, or what is put in its place; nil where the resource itself does.
        public let value: String?

        public init(resource: String, value: String? = nil) {
            self.resource = resource
            self.value = value
        }

        /// `mnt[/data]` of a dump is a mount point, of a restore the dump's value.
        public static func mount(_ name: String, _ value: String) -> External { External(resource: "mnt[\(name)]", value: value) }

        var text: String { value.map { "\(resource):\($0)" } ?? resource }
    }

    /// A descriptor of CRIU's own that a process gets in the place of what it had.
    public struct InheritedDescriptor: Sendable, Equatable {
        public let key: String
        public let descriptor: Int32

        public init(key: String, descriptor: Int32) {
            self.key = key
            self.descriptor = descriptor
        }
    }

    public struct JoinedNamespace: Sendable, Equatable {
        /// As under /proc/PID/ns.
        public let name: String
        public let path: String
    }
}

/// What CRIU does about cgroups: `--manage-cgroups-mode`. Man: criu(8), `--manage-cgroups`.
public enum CgroupMode: String, Sendable, CaseIterable {
    case soft, full, strict, ignore

    var code: CriuCgMode {
        switch self {
        case .soft: CRIU_CG_MODE__SOFT
        case .full: CRIU_CG_MODE__FULL
        case .strict: CRIU_CG_MODE__STRICT
        case .ignore: CRIU_CG_MODE__IGNORE
        }
    }
}
