/// What is on disk of a container: `<root>/<id>/state.json`.
public struct SavedState: JSONObject {
    public var id = ""
    /// In the PID namespace of the runtime that created the container.
    public var initProcessPID: Int32 = 0
    /// When init started, in clock ticks since boot: a PID means init only together with it. Man: proc_pid_stat(5)
    public var initProcessStart: UInt64 = 0
    /// RFC 3339, UTC.
    public var created = ""
    public var config = SavedConfig()
    /// Created without privileges, and without full access to cgroups.
    public var rootless = false
    /// Absolute paths on the host by controller; the key of cgroup v2 is empty.
    public var cgroupPaths: [String: String] = [:]
    /// What init's descriptors 0, 1 and 2 referred to when it was made, as CRIU names it.
    public var externalDescriptors: [String] = []
    /// Empty where there is none.
    public var intelRdtPath = ""

    /// Written by ourselves, from a configuration that was not too large.
    public static var maximumBytes: Int { .max }

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("id", &id)
        try json.required("init_process_pid", &initProcessPID)
        try json.required("init_process_start", &initProcessStart)
        try json.required("created", &created)
        try json.required("config", &config)
        try json.required("rootless", &rootless)
        try json.required("cgroup_paths", &cgroupPaths)
        json.told("namespace_paths", namespacePaths)
        try json.required("external_descriptors", &externalDescriptors)
        try json.required("intel_rdt_path", &intelRdtPath)
    }

    /// Of init, by `NamespaceType.stateKey`.
    private var namespacePaths: [String: String] {
        Dictionary(uniqueKeysWithValues: NamespaceType.allCases.map { ($0.stateKey, "/proc/\(initProcessPID)/ns/\($0.procName)") })
    }
}

/// How the container was configured, as far as later commands need it.
public struct SavedConfig: JSONObject {
    /// An absolute path on the host.
    public var rootfs = ""
    /// `KEY=VALUE`, for other programs that read the file; of ours only `bundle`.
    public private(set) var labels: [String] = []
    public var cgroups = SavedCgroups()
    /// What the group at `intelRdtPath` was made from.
    public var intelRdt: IntelRdt?
    public var namespaces: [Namespace] = []
    /// The effective user was not root, in its user namespace.
    public var rootlessEUID = false
    /// Full access to cgroups was unlikely.
    public var rootlessCgroups = false
    public var uidMappings: [LinuxIDMapping] = []
    public var gidMappings: [LinuxIDMapping] = []
    public var hooks = Hooks()
    public var annotations: [String: String] = [:]
    /// The configuration's `ociVersion`.
    public var version = ""
    /// Those that hold now: `update` changes them.
    public var resources = Resources()

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.required("rootfs", &rootfs)
        try json.required("labels", &labels)
        try json.required("cgroups", &cgroups)
        try json.optional("intel_rdt", &intelRdt)
        try json.required("namespaces", &namespaces)
        try json.required("rootless_euid", &rootlessEUID)
        try json.required("rootless_cgroups", &rootlessCgroups)
        try json.required("uid_mappings", &uidMappings)
        try json.required("gid_mappings", &gidMappings)
        try json.optional("hooks", &hooks)
        try json.optional("annotations", &annotations)
        try json.required("version", &version)
        try json.optional("resources", &resources)
    }
}

extension SavedConfig {
    private static let bundleLabel = "bundle="

    /// The annotations as labels, and the bundle's path after them.
    public mutating func setLabels(bundle: String) {
        labels = annotations.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [Self.bundleLabel + bundle]
    }

    /// An absolute path on the host. The last label of that name is ours: an annotation may be called the same.
    public var bundle: String { labels.last { $0.hasPrefix(Self.bundleLabel) }.map { String($0.dropFirst(Self.bundleLabel.count)) } ?? "" }
}

/// Where the container's cgroup is, and who manages it.
public struct SavedCgroups: JSONObject {
    /// The configuration's `cgroupsPath`.
    public var path: String?
    /// The container's cgroup within each hierarchy, by controller; the key of cgroup v2 is empty.
    public var paths: [String: String] = [:]
    public var systemd = false
    /// The unit of systemd that holds it.
    public var unit: String?
    /// The unit is the user's own manager's.
    public var ofUser = false
    /// Which run of the unit it is.
    public var invocation: String?
    /// The hierarchies in which limits are set, by the keys of `cgroup_paths`.
    public var limited: [String] = []

    public init() {}

    public mutating func fields(_ json: JSONFields) throws(SpecError) {
        try json.optional("path", &path)
        try json.required("paths", &paths)
        try json.required("systemd", &systemd)
        try json.optional("unit", &unit)
        try json.optional("of_user", &ofUser)
        try json.optional("invocation", &invocation)
        try json.optional("limited", &limited)
    }
}
