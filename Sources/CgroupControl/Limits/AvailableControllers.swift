import Glibc
import LinuxKernel
import SystemPackage

/// The controllers that the cgroups of a container can have, as the kernel names them.
struct AvailableControllers: Sendable, Equatable {
    var version1: Set<String>
    /// Those of the version 2 hierarchy, delegated to us or not.
    var version2: Set<String>
    /// Whether there is a hierarchy of version 2, perhaps beside others.
    var hasVersion2: Bool

    init(version1: Set<String>, version2: Set<String>, hasVersion2: Bool) {
        self.version1 = version1
        self.version2 = version2
        self.hasVersion2 = hasVersion2
    }

    /// For a new container.
    init(_ hierarchies: CgroupHierarchies) throws(CgroupError) {
        version1 = Self.version1(hierarchies.hierarchies.flatMap(\.keys))
        hasVersion2 = hierarchies.unified != nil
        version2 = try hierarchies.unified.map { (unified) throws(CgroupError) in try Self.offered(at: unified.mountPoint) } ?? []
    }

    /// For one that is there: those that it may have been refused too, and those that we do not see from here.
    init(of cgroup: ContainerCgroup, on hierarchies: CgroupHierarchies) throws(CgroupError) {
        version1 = Self.version1(hierarchies.hierarchies.flatMap(\.keys) + cgroup.directories.keys)
        let mountPoint = cgroup.directories[""].map(Self.mountPoint) ?? hierarchies.unified?.mountPoint
        hasVersion2 = mountPoint != nil
        version2 = try mountPoint.map { (directory) throws(CgroupError) in try Self.offered(at: directory) } ?? []
    }

    /// A named hierarchy has no controller.
    private static func version1(_ keys: [String]) -> Set<String> { Set(keys.filter { !$0.isEmpty && !$0.contains("=") }) }

    /// Those that the hierarchy's root has, as far as we see it; where that is a part that somebody gave us, also what he
    /// kept from us: those that the kernel has and no hierarchy of version 1 uses.
    private static func offered(at mountPoint: String) throws(CgroupError) -> Set<String> {
        try attempt("read", mountPoint) { () throws(KernelError) in
            let root = try FileDescriptor.currentDirectory.open(mountPoint, [.path, .directory])
            var names = Set(try root.openIfThere("cgroup.controllers", .readOnly)?.readText().trimmingNewline.parts(at: " ") ?? [])
            if try root.openIfThere("cgroup.type", .path) != nil {
                names.formUnion(unused(try FileDescriptor.currentDirectory.openIfThere("/proc/cgroups", .readOnly)?.readText() ?? ""))
            }
            return names
        }
    }

    /// - Parameter table: /proc/cgroups: name, hierarchy (0 for version 2, or none), number of cgroups, enabled.
    static func unused(_ table: String) -> Set<String> {
        let onlyVersion1: Set = ["cpuacct", "devices", "freezer", "net_cls", "net_prio"]
        let names = table.parts(at: "\n").compactMap { line -> String? in
            let fields = line.parts(at: "\t")
            return fields.count >= 4 && fields[1] == "0" && fields[3] == "1" ? fields[0] : nil
        }
        return Set(names).subtracting(onlyVersion1).union(names.contains("blkio") ? ["io"] : [])
    }

    /// The highest directory above that is still a cgroup.
    private static func mountPoint(above directory: String) -> String {
        var top = directory
        for depth in stride(from: directory.parts(at: "/").count - 1, to: 0, by: -1) {
            let parent = "/" + directory.parts(at: "/").prefix(depth).joined(separator: "/")
            guard access(parent + "/cgroup.controllers", F_OK) == 0 else { break }
            top = parent
        }
        return top
    }
}
