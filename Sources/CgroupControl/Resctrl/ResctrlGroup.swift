import LinuxKernel
import RuntimeSpec
import SystemPackage

/// A container's class of service in resctrl, and its monitoring group in that.
/// Spec: config-linux.md, "IntelRdt". Kernel: Documentation/filesystems/resctrl.rst.
public struct ResctrlGroup: Sendable, Equatable {
    /// Absolute; state.json's `intel_rdt_path`.
    public let path: String
    /// Made for this container alone, and removed with it; one that has a name of its own is managed by whoever named it.
    private let isOwn: Bool
    /// nil without monitoring.
    let monitoring: String?

    /// One that is there.
    public init(path: String, _ rdt: IntelRdt, containerID: String) {
        self.path = path
        isOwn = rdt.closID == nil
        monitoring = rdt.enableMonitoring ? "\(path)/mon_groups/\(containerID)" : nil
    }

    /// Makes what is missing of it, with its schemata. On an error nothing that was made is left.
    ///
    /// - Parameters:
    ///   - root: where resctrl is mounted.
    ///   - journal: told which directories are the container's alone, before they are made.
    public init(
        making rdt: IntelRdt, containerID: String, root: String, journal: ([String]) throws(CgroupError) -> Void
    ) throws(CgroupError) {
        let name = rdt.closID ?? containerID
        guard !["", ".", "..", "info", "mon_groups", "mon_data"].contains(name), !name.utf8.contains(UInt8(ascii: "/")) else {
            throw CgroupError("linux.intelRdt.closID: \(name.debugDescription) cannot be the name of a class of service")
        }
        self.init(path: "\(root)/\(name)", rdt, containerID: containerID)
        try journal(ownDirectories)
        let made = try makeClass(hasSchemata: !rdt.firstLines.isEmpty || !rdt.schemata.isEmpty)
        do throws(CgroupError) {
            if !made { try requireSame(rdt.firstLines) }
            for lines in [rdt.firstLines, rdt.schemata] where !lines.isEmpty && (made || lines == rdt.schemata) { try write(lines) }
            if let monitoring {
                try attempt("create the monitoring group of", path) { () throws(KernelError) in
                    try FileDescriptor.currentDirectory.makeDirectory(monitoring, mode: 0o755)
                }
            }
        } catch {
            if made { try Self.remove(path) }
            throw error
        }
    }

    /// A process is in a class first, then in a monitoring group of it.
    ///
    /// - Parameter pid: in our PID namespace.
    public func join(pid: Int32) throws(CgroupError) {
        for directory in [path, monitoring].compactMap({ $0 }) {
            try attempt("join", directory) { () throws(KernelError) in
                try FileDescriptor.currentDirectory.open(directory + "/tasks", .writeOnly).writeAll("\(pid)")
            }
        }
    }

    /// Changes lines of its schemata. Returns those that were there, to be written again: the kernel takes all of a write, or
    /// nothing of it.
    public func change(_ lines: [String]) throws(CgroupError) -> [String] {
        let resources = lines.map { ResctrlSchema($0).resource }
        let old = try schemata().filter { resources.contains(ResctrlSchema($0).resource) }
        try write(lines)
        return old
    }

    /// What is gone is removed.
    public func remove() throws(CgroupError) { try Self.remove(ownDirectories) }

    public static func remove(_ directories: [String]) throws(CgroupError) {
        for directory in directories { try remove(directory) }
    }

    /// What is removed with the container.
    private var ownDirectories: [String] { [monitoring, isOwn ? path : nil].compactMap { $0 } }

    private func schemata() throws(CgroupError) -> [String] {
        try attempt("read", path) { () throws(KernelError) in try FileDescriptor.currentDirectory.open(path + "/schemata", .readOnly).readText() }
            .parts(at: "\n")
    }

    private func write(_ schemata: [String]) throws(CgroupError) {
        try attempt("set linux.intelRdt's schemata of", path) { () throws(KernelError) in
            try FileDescriptor.currentDirectory.open(path + "/schemata", .writeOnly).writeAll(schemata.joined(separator: "\n") + "\n")
        }
    }

    private static func remove(_ directory: String) throws(CgroupError) {
        try attempt("remove", directory) { () throws(KernelError) in
            do throws(KernelError) { try FileDescriptor.currentDirectory.removeDirectory(directory) } catch {
                guard error.errno == .noSuchFileOrDirectory else { throw error }
            }
        }
    }

    /// False where it was there, be it since a moment ago: others may make the same class.
    private func makeClass(hasSchemata: Bool) throws(CgroupError) -> Bool {
        let exists = try attempt("open", path) { () throws(KernelError) in
            try FileDescriptor.currentDirectory.openIfThere(path, [.path, .directory]) != nil
        }
        guard exists || isOwn || hasSchemata else {
            throw CgroupError("linux.intelRdt.closID: there is no class of service \(path)", hint: "make it first, or give schemata")
        }
        if !exists {
            do throws(KernelError) {
                try FileDescriptor.currentDirectory.makeDirectory(path, mode: 0o755)
                return true
            } catch {
                switch error.errno {
                case .fileExists: break
                case .noSpace: throw CgroupError("linux.intelRdt: cannot create \(path): all classes of service are in use", hint: "share one, by closID")
                default: throw CgroupError("create", path, error)
                }
            }
        }
        guard !isOwn else { throw CgroupError("linux.intelRdt: \(path) is there already", hint: "choose another container id, or name it as closID") }
        return false
    }

    private func requireSame(_ lines: [String]) throws(CgroupError) {
        guard !lines.isEmpty else { return }
        let current = try schemata().map(ResctrlSchema.init)
        for line in lines {
            let wanted = ResctrlSchema(line)
            guard current.contains(where: { wanted.isWithin($0) }) else {
                throw CgroupError("linux.intelRdt: \(line) is not what the class of service \(path) has", hint: "leave it out, or choose another closID")
            }
        }
    }
}

extension IntelRdt {
    /// What the two older fields say; a line about memory bandwidth counts in its own.
    fileprivate var firstLines: [String] {
        let cache = (l3CacheSchema ?? "").parts(at: "\n")
        guard let memBwSchema else { return cache }
        return cache.filter { !$0.hasPrefix("MB:") } + [memBwSchema]
    }
}

/// A line of schemata: `L3:0=7f0;1=1f`. The kernel pads it and its numbers.
struct ResctrlSchema: Sendable, Equatable {
    let resource: String
    private let values: [String: String]

    init(_ line: String) {
        let fields = line.parts(at: ":").map { String($0.drop { $0 == " " }) }
        resource = fields.first ?? ""
        var values: [String: String] = [:]
        for entry in (fields.last ?? "").parts(at: ";") {
            let pair = entry.parts(at: "=").map { $0.filter { $0 != " " } }
            if pair.count == 2 { values[pair[0]] = String(pair[1].drop { $0 == "0" }).lowercased() }
        }
        self.values = values
    }

    /// Whether the other says all that this one says.
    func isWithin(_ other: ResctrlSchema) -> Bool { resource == other.resource && values.allSatisfy { other.values[$0.key] == $0.value } }
}
